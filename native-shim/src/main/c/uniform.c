/*
 * Most functions of the shim once more, all with one signature: two addresses, four numbers, a number. Java links a
 * signature the first time that it meets it, by making classes, and the twenty of the real functions took it longer than
 * any other part of the start. What runs hot (mr_ring_enter, mr_send_batch, mr_receive_batch) has a link of its own.
 */
#include "millrace_shim.h"

#define UNIFORM(name, result)                                                                                          \
    MR_API int64_t mr_uniform_##name(void *p, void *q, int64_t a, int64_t b, int64_t c, int64_t d) {                   \
        (void)p, (void)q, (void)a, (void)b, (void)c, (void)d;                                                          \
        return result;                                                                                                 \
    }

UNIFORM(ring_setup, mr_ring_setup(p, (uint32_t)a, (uint32_t)b, (uint32_t)c))
/* One number more than there are: d has the CPU above the milliseconds. */
UNIFORM(ring_setup_polled,
        mr_ring_setup_polled(p, (uint32_t)a, (uint32_t)b, (uint32_t)c, (uint32_t)d, (int32_t)(d >> 32)))
UNIFORM(ring_close, mr_ring_close(p))
UNIFORM(ring_register, mr_ring_register((int32_t)a, (uint32_t)b, p, (uint32_t)c))
UNIFORM(ring_supports, mr_ring_supports((int32_t)a, (uint32_t)b))
UNIFORM(udp_socket, mr_udp_socket((int32_t)a))
UNIFORM(socket_connect, mr_socket_connect((int32_t)a, p))
UNIFORM(socket_bind, mr_socket_bind((int32_t)a, p))
UNIFORM(socket_local, mr_socket_local((int32_t)a, p))
UNIFORM(socket_set, mr_socket_set((int32_t)a, (int32_t)b, (int32_t)c, (int32_t)d))
UNIFORM(socket_get, mr_socket_get((int32_t)a, (int32_t)b, (int32_t)c))
UNIFORM(socket_drops, mr_socket_drops((int32_t)a))
UNIFORM(socket_txtime, mr_socket_txtime((int32_t)a, (int32_t)b))
UNIFORM(socket_join, mr_socket_join((int32_t)a, p, q, (uint32_t)b))
UNIFORM(socket_send, mr_socket_send((int32_t)a, p, (uint32_t)b))
UNIFORM(send_prepare, (mr_send_prepare(p, q, (uint32_t)a), 0))
UNIFORM(poll_open, mr_poll_open())
UNIFORM(poll_add, mr_poll_add((int32_t)a, (int32_t)b, (uint32_t)c, (int32_t)d))
UNIFORM(poll_remove, mr_poll_remove((int32_t)a, (int32_t)b))
UNIFORM(poll_wait, mr_poll_wait((int32_t)a, b, p, (uint32_t)c))
UNIFORM(close, mr_close((int32_t)a))
UNIFORM(route_device, mr_route_device(p, (uint32_t)a))
UNIFORM(device_qdisc, mr_device_qdisc((uint32_t)a, p, (uint32_t)b))
UNIFORM(device_etf, mr_device_etf((uint32_t)a, p, q))
UNIFORM(device_segments, mr_device_segments(p))
UNIFORM(receive_scratch_bytes, mr_receive_scratch_bytes((uint32_t)a))
UNIFORM(receive_timeout, mr_receive_timeout((int32_t)a, b))
UNIFORM(memory_map, mr_memory_map((uint64_t)a, (uint32_t)b, p))
UNIFORM(memory_unmap, mr_memory_unmap((uint64_t)a, (uint64_t)b))
UNIFORM(memory_lock, mr_memory_lock((uint64_t)a, (uint64_t)b))
UNIFORM(limit_memlock, mr_limit_memlock(p, q))
UNIFORM(limit_files, mr_limit_files(p, q))
UNIFORM(limit_files_raise, mr_limit_files_raise())
UNIFORM(thread_pin, mr_thread_pin((uint32_t)a))
UNIFORM(thread_cpus, mr_thread_cpus(p, (uint32_t)a))
UNIFORM(thread_confine, mr_thread_confine((uint32_t)a, p, (uint32_t)b))
UNIFORM(thread_name, mr_thread_name(p))
UNIFORM(thread_timer_slack, mr_thread_timer_slack((uint64_t)a))
UNIFORM(thread_cpu_time, mr_thread_cpu_time(p, q))
UNIFORM(eventfd, mr_eventfd())
UNIFORM(eventfd_signal, mr_eventfd_signal((int32_t)a))
UNIFORM(notify, mr_notify(p, q, (uint32_t)a))
UNIFORM(realtime_ns, mr_realtime_ns())
UNIFORM(tai_ns, mr_tai_ns())
UNIFORM(errno_name, (int64_t)(intptr_t)mr_errno_name((int32_t)a))
UNIFORM(layout, mr_layout((uint32_t)a, p, q))
UNIFORM(layout_sum, (int64_t)mr_layout_sum())
