export const StatisticsTab = () => 'Statistics';
