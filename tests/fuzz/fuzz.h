/* fuzz.h: what every fuzz target has. A target is one file here: it is linked with libFuzzer by
 * `make fuzz`, and with replay/replay.c, which runs its corpus, by `make corpus`. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Before the first input; a target need not have it. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
/* Always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What has to hold for every input; otherwise the input is a finding. */
static inline void demand(bool fact)
{
	if (!fact)
		abort();
}

#endif
