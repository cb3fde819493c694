package io.millrace.config;

/**
 * {@code millrace.send}: how datagrams are handed to the kernel.
 *
 * @param engine which system calls send
 * @param completion how zero-copy sends complete
 * @param zeroCopy whether the kernel sends from the slots or from a copy
 * @param gso whether trains may be sent (UDP segmentation offload)
 * @param combineFlagBit bit of {@code sqe->ioprio} that asks for combined completions, 0..15; -1 =
 *     auto
 * @param sendBufferBytes SO_SNDBUF asked for per target socket, 4096..1073741824 bytes
 */
public record SendSettings(
    Engine engine,
    Completion completion,
    ZeroCopy zeroCopy,
    Gso gso,
    int combineFlagBit,
    int sendBufferBytes) {}
