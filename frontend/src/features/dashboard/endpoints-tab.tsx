export const EndpointsTab = () => 'Endpoints';
