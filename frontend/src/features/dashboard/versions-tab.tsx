export const VersionsTab = () => 'Versions';
