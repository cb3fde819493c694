package io.millrace.loadtest.kill;

import java.time.Duration;

/**
 * How often, and how fast a restart has to be.
 *
 * @param kills SIGKILLs of a daemon at work or on its way there
 * @param handOvers starts beside a daemon that is killed only when the new one waits for its memory
 * @param seed of the moments
 * @param restartLimit from the start of the process to "running"
 */
public record KillSettings(int kills, int handOvers, long seed, Duration restartLimit) {}
