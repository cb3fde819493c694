package io.millrace.admin;

import io.millrace.sender.SenderProxy;

/**
 * Where a stream is controlled.
 *
 * @param proxy the way to its sender thread
 * @param index its number there
 * @param kernelPaced the kernel spaces its datagrams, at a rate that can't be changed
 */
public record StreamControl(SenderProxy proxy, int index, boolean kernelPaced) {}
