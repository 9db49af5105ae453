# Sourced by bin/aisle and bin/indexer with ENTRY set. Finds the right Node, takes the servers of this checkout's
# running demo or stack where the environment names none, and becomes the program: its pid is the launcher's pid.
checkout=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

# scripts/node.mjs knows which Node is new enough, fetches one if there is none, and installs the packages.
node=$(node "$checkout/scripts/node.mjs") || exit 3

state=${AISLE_STATE_DIR:-.aisle}
case $state in /*) ;; *) state=$checkout/$state ;; esac

if [ -z "${DATABASE_URL:-}" ]; then
  if [ -r "$state/demo.env" ]; then
    . "$state/demo.env"
  elif [ -r "$state/stack.env" ]; then
    . "$state/stack.env"
  fi
fi

# Node strips the types of each module and compiles it once. What a first start kept is a third of the time of the next
# ones, and 15 to 24 MB that they do not take at rest.
export NODE_COMPILE_CACHE="${NODE_COMPILE_CACHE:-$state/compile-cache}"

# FLAGS are flags of Node, without spaces in them; most programs have none.
exec "$node" ${FLAGS:-} "$checkout/$ENTRY" "$@"
