"""The PyTorch trainer: `python3 training/gpu spec.json`; the contract is docs/training-contract.md."""
import sys

from tidemark_trainer.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
