"""One question as a whole process, against its floor: importing the vector index and the model runtime, no more."""

from __future__ import annotations

from tests.figures import ROUNDS, in_turn, starting_table


def main() -> None:
    print(starting_table(*in_turn(ROUNDS)))


if __name__ == "__main__":
    main()
