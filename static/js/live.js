export function connect({ onState }) { onState("offline"); }
