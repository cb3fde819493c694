/** Capture files (pcap, pcapng) as bytes: packets, and the UDP datagrams in them. */
@NullMarked
package io.millrace.stream.pcap;

import org.jspecify.annotations.NullMarked;
