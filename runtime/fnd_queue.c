/* fnd_queue.c: how many connections wait on a listening unix socket: the kernel says it over
 * sock_diag(7), about 10 us a question. */
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fnd.h"

static int diag = -1;

static bool ask(int listener)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req body;
	} question;
	struct stat what;

	if (diag < 0)
		diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
			      NETLINK_SOCK_DIAG);
	if (diag < 0 || fstat(listener, &what) != 0)
		return false;
	memset(&question, 0, sizeof(question));
	question.head.nlmsg_len = sizeof(question);
	question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	question.head.nlmsg_flags = NLM_F_REQUEST;
	question.body.sdiag_family = AF_UNIX;
	question.body.udiag_states = ~0U;
	question.body.udiag_ino = (unsigned)what.st_ino;
	question.body.udiag_show = UDIAG_SHOW_RQLEN;
	question.body.udiag_cookie[0] = ~0U; /* by inode alone */
	question.body.udiag_cookie[1] = ~0U;
	return send(diag, &question, sizeof(question), 0) == (ssize_t)sizeof(question);
}

/* The attribute that was asked for, behind the answer's fixed part. */
static int find_length(const char *bytes, size_t length)
{
	size_t at = NLMSG_ALIGN(sizeof(struct nlmsghdr)) + sizeof(struct unix_diag_msg);

	while (at + sizeof(struct nlattr) <= length) {
		struct nlattr attribute;
		struct unix_diag_rqlen value;

		memcpy(&attribute, bytes + at, sizeof(attribute));
		if (attribute.nla_type == UNIX_DIAG_RQLEN &&
		    at + sizeof(attribute) + sizeof(value) <= length) {
			memcpy(&value, bytes + at + sizeof(attribute), sizeof(value));
			return (int)value.udiag_rqueue;
		}
		if (attribute.nla_len < sizeof(attribute))
			return -1;
		at += (size_t)NLMSG_ALIGN(attribute.nla_len);
	}
	return -1;
}

int fnd_queue_depth(int listener)
{
	char bytes[1024];
	struct nlmsghdr head;
	ssize_t length;

	if (!ask(listener))
		return -1;
	length = recv(diag, bytes, sizeof(bytes), 0); /* the kernel answers inside send() */
	if (length < (ssize_t)sizeof(head))
		return -1;
	memcpy(&head, bytes, sizeof(head));
	return head.nlmsg_type == SOCK_DIAG_BY_FAMILY ? find_length(bytes, (size_t)length) : -1;
}
