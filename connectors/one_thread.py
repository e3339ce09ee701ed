"""Imported first by the sandbox's fork server: one thread a worker.

The batch already uses all cores, and the thread pools of numeric libraries cost address space, which is limited.
"""

import os

for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_THREAD_LIMIT"):
    os.environ.setdefault(_variable, "1")
