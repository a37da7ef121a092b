export const UptimeTab = () => 'Uptime';
