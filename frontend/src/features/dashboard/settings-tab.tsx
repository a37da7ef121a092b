export const SettingsTab = () => 'Settings';
