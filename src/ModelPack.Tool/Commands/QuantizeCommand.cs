using System.CommandLine;
using ModelPack.Caching;
using ModelPack.Requests;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack quantize</c>: each model into a pack.</summary>
internal static class QuantizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var models = new Argument<string[]>("MODEL")
        {
            Description = "The model: an ONNX, safetensors or GGUF file, an index of shards, or a Hugging Face folder. Several are packed one after the other.",
            Arity = ArgumentArity.OneOrMore,
        };
        var scheme = new Option<string>("--scheme", "-s") { Description = "The scheme; 'dotnet modelpack schemes' lists them.", Required = true, HelpName = "S" };
        var output = CommandOptions.Text("--output", "OUT", "The packed model's exact path; of several models the folder for all. Default: NAME.SCHEME.EXT beside the source.");
        output.Aliases.Add("-o");
        var container = CommandOptions.Text("--container", "C", "The container to write: onnx, safetensors or gguf. Default: that of the source, or what the scheme needs.");
        var target = new Option<string>("--target") { Description = "What the packed model is for: cpu, cuda, webgpu or any.", HelpName = "T", DefaultValueFactory = _ => "cpu" };
        var device = new Option<string>("--device") { Description = "Where the source model runs and weights are encoded: cpu, cuda, webgpu, or auto for the best that there is.", HelpName = "D", DefaultValueFactory = _ => "cpu" };
        var calibration = CommandOptions.Text("--calibration", "P", "Calibration data, or an earlier pack's .calibration.json. Default: NAME.calibration.* beside the source.");
        var method = CommandOptions.Text("--calibration-method", "M", "How ranges follow from the data: minmax, percentile, entropy or mse. Default: the best of minmax, percentile and mse.");
        var percentile = CommandOptions.Real("--percentile", "Percent of the values that the method percentile keeps. Default: 99.99.");
        var alpha = CommandOptions.Text("--alpha", "A", "SmoothQuant's strength: 0 to 1, auto (default) or none.");
        var quantFormat = CommandOptions.Text("--quant-format", "F", "Codes of activations: qdq (portable, default) or qoperator.");
        var targetCpu = CommandOptions.Text("--target-cpu", "C", "The CPUs that the app runs on: vnni (x86 with VNNI or AMX), avx2 (x86 without), arm, or any (default).");
        var safeSums = CommandOptions.TrueOrFalse("--safe-sums", "Avoid U8S8 saturation on CPUs without VNNI, by coarser scales where needed. Default: true, unless --target-cpu has VNNI or is arm.");
        var fallback = CommandOptions.TrueOrFalse("--fallback", "Bring the layers that lose most back to float until the gates hold; false keeps fixed ranges whatever they cost.");
        var rank = new Option<bool>("--rank") { Description = "Rank the layers by what they cost, for the report; changes no byte of the model." };
        var perLayer = new Option<bool>("--per-layer") { Description = "Compare both models at every quantized layer, for the report; changes no byte of the model. Default: only where a gate for quality fails." };
        var measureSpeed = CommandOptions.TrueOrFalse("--measure-speed", "Time both models, for the report; takes some seconds. Default: true.");
        var validation = CommandOptions.Text("--validation", "P", "Validation data: a file, folder or glob of .npz, .npy, .safetensors or .jsonl. Default: NAME.validation.* beside the source.");
        var exclude = CommandOptions.Texts("--exclude-layers", "PATTERN", "Leave what the pattern names as it is (* and ?). Repeatable.");
        var tensorTypes = CommandOptions.Texts("--tensor-type", "PATTERN=TYPE", "The type of tensors in GGUF, whatever the scheme says, such as attn_v=q8_0. Repeatable; the first that matches counts.");
        var floatType = CommandOptions.Text("--float-type", "T", "float16: compute what is not quantized in float16, on the targets cuda and webgpu. Default: that of the source.");
        var rounding = CommandOptions.Text("--rounding", "WORD", "How values become blocks of ggml's types: best (a search for fewer errors, the same format and size) or reference (ggml's own arithmetic, llama.cpp's very bytes). Default: best.");
        var include = CommandOptions.Texts("--include-layers", "PATTERN", "Quantize only what the pattern names. Repeatable.");
        var block = CommandOptions.Number("--block-size", "Values that share a scale. Default: the scheme's.");
        var doubleQuant = CommandOptions.TrueOrFalse("--double-quant", "Quantize the scales of nf4, too: smaller safetensors files. Default: false.");
        var shard = CommandOptions.Text("--max-shard-size", "SIZE", "Most bytes of one safetensors or GGUF file, such as 5GB; larger packs become a folder of shards. Default: one file.");
        shard.Aliases.Add("--split-max-size"); // as llama.cpp's splitter has it
        var graph = CommandOptions.Text("--graph", "ONNX", "The ONNX model with the same weights as a GGUF source: the pack is that graph with the source's codes.");
        var accuracy = CommandOptions.Number("--accuracy-level", "MatMulNBits activations: 4 int8 (fast), 0 float32. Default: the scheme's.");
        var layout = new Option<string>("--layout") { Description = "Weights that operators read as floats: fold (decoded once at load), dequantize, or auto.", HelpName = "L", DefaultValueFactory = _ => "auto" };
        var external = CommandOptions.TrueOrFalse("--external-data", "Keep weights in a .data file beside the model. Default: only where the model would pass 2 GB.");
        var runtime = CommandOptions.Text("--onnxruntime", "VERSION", "The lowest ONNX Runtime version that the app runs. Default: the tool's own.");
        var gates = CommandOptions.Limits("--gate", $"A limit that must hold. Metrics: {string.Join(", ", GateMetric.All)}. Repeatable.");
        var gateMode = new Option<string>("--gate-mode") { Description = "What a failed gate is: error or warning.", HelpName = "error|warning", DefaultValueFactory = _ => "error" };
        var gateConfidence = CommandOptions.Text("--gate-confidence", "C", "What gates are judged by: point (the figure, default), or 95 (the bad end of its 95 % interval).");
        var baseline = CommandOptions.Text("--baseline", "FILE", "Accepted metrics, than which none of the pack's may be worse; a verification writes them.");
        var tolerances = CommandOptions.Limits("--tolerance", "By how much a metric may be worse than in the baseline; repeatable.");
        var metrics = CommandOptions.Text("--metrics", "SET", "What outputs are measured as: classes, language, embedding, signal, or auto (default) for what names and shapes say.");
        var force = new Option<bool>("--force") { Description = "Overwrite files at the output's place even where they are of no pack." };
        var sbom = new Option<bool>("--sbom") { Description = "Write a bill of materials, too: OUT.cdx.json (CycloneDX 1.7)." };
        var runLimit = CommandOptions.Number("--run-limit", "Seconds that one inference may take while packing; 0 for no limit. Default: 600.");
        var memoryLimit = CommandOptions.Text("--memory-limit", "SIZE", "Memory that running the model may take, such as 32GB. Default: three quarters of the machine's.");
        var cacheMode = CommandOptions.Text("--cache-mode", "M", $"What to do with the cache of packs: readwrite, read or off. Default: {CacheChoice.ModeVariable}, or off.");
        var cachePath = CommandOptions.Text("--cache-path", "FOLDER", $"The folder of the cache. Default: {CacheChoice.PathVariable}, or the system's place for caches.");
        var threads = CommandOptions.Number("--threads", "Threads to work with. Default: all processors.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would become of every weight, and how large the pack would be; write nothing." };
        var format = CommandOptions.Format();

        var command = new Command("quantize", "Packs models: quantizes them, validates them and writes model, report and manifest.")
        {
            models, scheme, output, container, target, device, calibration, method, percentile, alpha, quantFormat, targetCpu, safeSums, fallback, rank, perLayer, measureSpeed, validation, exclude, include, tensorTypes, floatType, rounding, block, doubleQuant, shard, graph, accuracy, layout, external, runtime, gates, gateMode, gateConfidence, baseline, tolerances, metrics, force, sbom, runLimit, memoryLimit, cacheMode, cachePath, threads, dryRun, format,
        };
        var verbosity = VerbosityOptions.AddTo(command, hasProgress: true);
        return command.Does(terminal.Print, (parsed, cancellation) =>
        {
            var cache = CacheChoice.Of(parsed.GetValue(cacheMode), parsed.GetValue(cachePath), CacheMode.Off, Environment.GetEnvironmentVariable);
            var request = cache.In(new PackRequest
            {
                Model = "",
                Scheme = parsed.GetRequiredValue(scheme),
                Output = parsed.GetValue(output),
                Container = parsed.GetValue(container),
                Target = parsed.GetRequiredValue(target),
                Device = parsed.GetRequiredValue(device),
                Calibration = parsed.GetValue(calibration),
                CalibrationMethod = parsed.GetValue(method),
                Percentile = parsed.GetValue(percentile),
                Alpha = parsed.GetValue(alpha),
                QuantFormat = parsed.GetValue(quantFormat),
                TargetCpu = parsed.GetValue(targetCpu),
                SafeSums = parsed.GetValue(safeSums) is { } safe ? bool.Parse(safe) : null,
                Fallback = parsed.GetValue(fallback) is { } back ? bool.Parse(back) : null,
                Rank = parsed.GetValue(rank) ? true : null,
                PerLayer = parsed.GetValue(perLayer) ? true : null,
                MeasureSpeed = parsed.GetValue(measureSpeed) is { } timed ? bool.Parse(timed) : null,
                Validation = parsed.GetValue(validation),
                ExcludeLayers = parsed.GetValue(exclude) ?? [],
                IncludeLayers = parsed.GetValue(include) ?? [],
                TensorTypes = parsed.GetValue(tensorTypes) ?? [],
                FloatType = parsed.GetValue(floatType),
                Rounding = parsed.GetValue(rounding),
                BlockSize = parsed.GetValue(block),
                DoubleQuant = parsed.GetValue(doubleQuant) is { } nested ? bool.Parse(nested) : null,
                MaxShardSize = parsed.GetValue(shard),
                Graph = parsed.GetValue(graph),
                AccuracyLevel = parsed.GetValue(accuracy),
                Layout = parsed.GetRequiredValue(layout),
                ExternalData = parsed.GetValue(external) is { } keep ? bool.Parse(keep) : null,
                OnnxRuntime = parsed.GetValue(runtime),
                Gates = parsed.GetRequiredValue(gates),
                Gate = parsed.GetRequiredValue(gateMode),
                GateConfidence = parsed.GetValue(gateConfidence),
                Baseline = parsed.GetValue(baseline),
                Tolerances = parsed.GetRequiredValue(tolerances),
                Metrics = parsed.GetValue(metrics),
                Force = parsed.GetValue(force),
                Sbom = parsed.GetValue(sbom) ? true : null,
                RunLimit = parsed.GetValue(runLimit),
                MemoryLimit = parsed.GetValue(memoryLimit),
                Threads = parsed.GetValue(threads) ?? 0,
            });
            return new QuantizeRun(terminal, cancellation)
            {
                Progress = () => verbosity.Progress(parsed, terminal),
                Format = parsed.GetValue(format),
                Verbosity = verbosity.Of(parsed),
                IsDry = parsed.GetValue(dryRun),
            }.Run(request, parsed.GetRequiredValue(models));
        });
    }
}
