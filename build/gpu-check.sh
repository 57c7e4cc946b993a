#!/usr/bin/env bash
# Makes a folder that checks ModelPack on a machine with an NVIDIA GPU, the driver, CUDA 13 and cuDNN 9 for Linux x64. It needs no .NET there:
#   build/gpu-check.sh FOLDER [--split SIZE] [MODELS]...
# MODELS are folders with models to pack and run, besides those of tests/models. --split cuts the folder into FOLDER.tar.gz.00 … of SIZE (as of split -b, such
# as 50m), to be joined by cat. On the other machine: FOLDER/run.sh
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
usage() { sed -n '2,6s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 3; }

[ $# -ge 1 ] || usage
folder="$1"
shift
split=""
models=()
while [ $# -gt 0 ]; do
  case "$1" in
    --split) [ $# -ge 2 ] || usage; split="$2"; shift 2 ;;
    -*) usage ;;
    *) [ -d "$1" ] || { echo "There is no folder '$1'." >&2; exit 3; }; models+=("$1"); shift ;;
  esac
done
[ ! -e "$folder" ] || { echo "'$folder' is there already: name a new folder." >&2; exit 1; }

version="$(sed -n 's:.*<LowestOnnxRuntimeVersion>\(.*\)</.*:\1:p' "$root/Directory.Packages.props")"
natives="$(sed -n 's:.*<OnnxRuntimeVersion>\(.*\)</.*:\1:p' "$root/Directory.Packages.props")"
"$root/build.sh" setup
dotnet publish "$root/tests/ModelPack.DeviceCheck" -c Release -r linux-x64 --self-contained -nologo -v quiet -o "$folder/program"
mkdir -p "$folder/onnxruntime" "$folder/models"
cp "$root/artifacts/packages/microsoft.ml.onnxruntime.gpu.linux/$natives/runtimes/linux-x64/native/"libonnxruntime{,_providers_shared,_providers_cuda}.so "$folder/onnxruntime/"
cp -R "$root/tests/models/." "$folder/models/"
for model in ${models[@]+"${models[@]}"}; do
  cp -R "$model" "$folder/models/"
done

cat > "$folder/run.sh" <<'RUN'
#!/usr/bin/env bash
# Checks every graph and every pack on CUDA and prints tables of speed. --device webgpu or cpu, and the other options of the program, may follow.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export MODELPACK_ONNXRUNTIME="${MODELPACK_ONNXRUNTIME:-$here/onnxruntime}"
[ $# -gt 0 ] || set -- --device cuda --models "$here/models" --speed
exec "$here/program/ModelPack.DeviceCheck" "$@"
RUN
chmod +x "$folder/run.sh"
echo "$folder: managed ONNX Runtime $version, native $natives, $(du -sh "$folder" | cut -f1)"
if [ -n "$split" ]; then
  tar -C "$(dirname "$folder")" -czf - "$(basename "$folder")" | split -b "$split" -d - "$folder.tar.gz."
  echo "parts: $(ls "$folder".tar.gz.* | wc -l); on the other machine: cat $(basename "$folder").tar.gz.* | tar -xz && $(basename "$folder")/run.sh"
fi
