// Package hold keeps the address of a simulated device while the device is off: connections are refused there, and no
// other program gets the port.
package hold
