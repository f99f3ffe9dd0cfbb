// Package tedapi speaks TEDAPI with a Tesla Powerwall gateway, which tells what the
// local JSON API does not: and it only reads. What goes over the wire is Protocol
// Buffers over HTTPS. Over the gateway's own Wi-Fi, with the gateway password:
//
//	GET  /tedapi/din               the DIN, as text
//	POST /tedapi/v1                Message{1 envelope, 2 Tail{1 value}}
//	POST /tedapi/device/<din>/v1   the same, for another unit of a site of Powerwall 3
//
//	MessageEnvelope{1 channel, 2 sender, 3 recipient, one payload}
//	    4  CommonMessages     2, 3 system info; 22, 23 networking status; 1 an error
//	    15 FileStoreMessages  1, 2 read a file: config.json
//	    16 GraphQLMessages    1, 2 query: status of the site, components
//
// Over the wired network, with an RSA key that the owner has registered (v1r):
//
//	POST /tedapi/v1r               RoutableMessage{6 to, 10 envelope, 12 fault,
//	                                               13 {1 public key, 7 signature}, 51 uuid}
//
// A gateway runs a query only with a signature of its maker. None is in here: who has
// queries supplies them in a file (see ParseQueries). Without one there are firmware,
// networks and configuration.
//
// Sources: jasonacox/pypowerwall (tedapi), jasonacox/Powerwall-Dashboard.
package tedapi
