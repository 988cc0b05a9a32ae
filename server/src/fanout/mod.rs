//! From the hub to the sockets.
