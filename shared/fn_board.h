/* fn_board.h: what fnd, a template and its workers share: descriptors by number, messages on the
 * control socket, and the scoreboard in shared memory. docs/runtime.md tells the story. */
#ifndef FN_BOARD_H
#define FN_BOARD_H

#include <stdatomic.h>
#include <stdint.h>

/* Descriptors that fnd hands to a template; workers inherit them. */
enum {
	FN_FD_LISTEN = 0,   /* the function's listening unix socket, non-blocking */
	FN_FD_CONTROL = 3,  /* SOCK_SEQPACKET to fnd; template only */
	FN_FD_SETTINGS = 4, /* sealed memfd of fn_conf_load(); closed after reading */
	FN_FD_BOARD = 5,    /* memfd of struct fn_board */
	FN_FD_WAKE = 6,     /* eventfd: a worker writes when nobody is idle any more */
};

enum { FN_SLOTS_MAX = 64 };

/* EMPTY -> STARTING by fnd; STARTING -> IDLE -> BUSY -> IDLE by the worker; -> EMPTY by fnd when it
 * reaped the process. */
enum fn_slot_state { FN_SLOT_EMPTY, FN_SLOT_STARTING, FN_SLOT_IDLE, FN_SLOT_BUSY };

/* One cache line or two; written by one worker, read by fnd at any time. Times: CLOCK_MONOTONIC ns.
 */
struct fn_slot {
	_Alignas(64) _Atomic uint32_t state;
	_Atomic uint32_t served; /* requests finished */
	_Atomic uint64_t since;  /* when it entered the state */
	char request_id[40];     /* of the request in hand, or the last one */
};

struct fn_board {
	_Atomic uint32_t wanted; /* fnd sets it while more workers may be started: then a worker
				    that becomes BUSY and sees no IDLE slot writes to FN_FD_WAKE */
	_Atomic uint64_t
		shed; /* requests refused because they had waited longer than queue_timeout */
	struct fn_slot slots[FN_SLOTS_MAX];
};

/* Control messages, one packet each. fnd -> template: SPAWN with one descriptor (SCM_RIGHTS): the
 * worker's stderr. Template -> fnd: READY once, then SPAWNED or FAILED for each SPAWN. */
enum fn_control_kind {
	FN_CONTROL_READY = 1,
	FN_CONTROL_SPAWN,
	FN_CONTROL_SPAWNED,
	FN_CONTROL_FAILED
};
struct fn_control {
	uint32_t kind, slot;
	int32_t pid;   /* SPAWNED: the worker, a child of fnd (CLONE_PARENT) */
	int32_t error; /* FAILED: errno */
};

#endif
