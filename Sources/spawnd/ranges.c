#include "ranges.h"

#include <linux/seccomp.h>

enum { FURTHEST_JUMP = 255 };

struct tree {
    const uint32_t *answers;
    size_t starts[RANGES_CALLS]; // the first number of each range
    size_t ranges;
    uint32_t kinds[RANGES_ANSWERS];
    size_t kind_count;
    struct sock_filter *program;
    size_t length; // of what is written
    size_t nodes;  // in all, which is where the answers begin
    int fails;
};

static size_t kind_of(struct tree *tree, uint32_t answer) {
    size_t kind = 0;
    while (kind < tree->kind_count && tree->kinds[kind] != answer) kind++;
    if (kind < tree->kind_count) return kind;
    if (kind == RANGES_ANSWERS) {
        tree->fails = 1;
        return 0;
    }
    tree->kinds[tree->kind_count++] = answer;
    return kind;
}

static unsigned char jump(struct tree *tree, size_t from, size_t to) {
    size_t distance = to - from - 1;
    if (distance > FURTHEST_JUMP) tree->fails = 1;
    return (unsigned char)distance;
}

// Writes the nodes for ranges `first` to `last`. Returns where they begin; of a single range, where its answer is.
static size_t write_nodes(struct tree *tree, size_t first, size_t last) {
    // Behind the load of the number and all nodes.
    if (first == last) return 1 + tree->nodes + kind_of(tree, tree->answers[tree->starts[first]]);
    size_t here = tree->length++;
    size_t middle = first + (last - first + 1) / 2;
    size_t below = write_nodes(tree, first, middle - 1);
    size_t above = write_nodes(tree, middle, last);
    tree->program[here] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)tree->starts[middle],
                                                       jump(tree, here, above), jump(tree, here, below));
    return here;
}

size_t ranges_compile(const uint32_t *answers, size_t count, struct sock_filter program[RANGES_LONGEST]) {
    if (count == 0 || count > RANGES_CALLS) return 0;
    struct tree tree = {.answers = answers, .program = program, .length = 1};
    for (size_t number = 0; number < count; number++) {
        if (number == 0 || answers[number] != answers[number - 1]) tree.starts[tree.ranges++] = number;
    }
    tree.nodes = tree.ranges - 1;
    program[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    (void)write_nodes(&tree, 0, tree.ranges - 1);
    for (size_t kind = 0; kind < tree.kind_count; kind++) {
        uint32_t answer = tree.kinds[kind];
        size_t left = tree.kind_count - kind - 1;
        program[tree.length++] = answer == RANGES_UNDECIDED
                                     ? (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)left)
                                     : (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, answer);
    }
    return tree.fails ? 0 : tree.length;
}
