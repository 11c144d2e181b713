/* fnq_listen.h: fnq without jobs: it only hears that the schema has changed. */
#ifndef FNQ_LISTEN_H
#define FNQ_LISTEN_H

/* Listens until a signal comes on the descriptor; run_dir: where fnd is. The database may go and
 * come back, and may be away at first. */
void fnq_listen(int signals, const char *run_dir);

#endif
