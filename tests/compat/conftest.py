import sys
from pathlib import Path

# The harness is shared with run.py, which is no test.
sys.path.insert(0, str(Path(__file__).parent))
