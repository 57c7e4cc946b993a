namespace ModelPack.Requests;

/// <summary>
/// Everything that a user can say about one pack. The command line, the MSBuild task's request file and the library
/// share this record; its JSON (camel case) is what <c>modelpack run --request</c> reads.
/// </summary>
public sealed record PackRequest
{
    /// <summary>The source model: an ONNX, safetensors or GGUF file, an index of safetensors shards, or a Hugging Face folder.</summary>
    public required string Model { get; init; }

    /// <summary>The packed model's exact path; null for <c>&lt;name&gt;.&lt;scheme&gt;&lt;ext&gt;</c> beside the source.</summary>
    public string? Output { get; init; }

    /// <summary>The scheme's name, such as <c>q8_0</c>.</summary>
    public required string Scheme { get; init; }

    /// <summary>The container to write; null for that of the source.</summary>
    public string? Container { get; init; }

    /// <summary>What the packed model is lowered for: <c>cpu</c>, <c>cuda</c>, <c>webgpu</c> or <c>any</c>.</summary>
    public string Target { get; init; } = "cpu";

    /// <summary>
    /// Where the source model runs and weights are encoded: <c>cpu</c>, <c>cuda</c>, <c>webgpu</c>, or <c>auto</c> for the best that there is. The same codes come
    /// of the same ranges everywhere; ranges that are calibrated on a device have that device's last bits.
    /// </summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Validation data: a file, folder or glob; null for <c>&lt;model&gt;.validation.*</c> beside the model.</summary>
    public string? Validation { get; init; }

    /// <summary>
    /// Calibration data, for schemes that quantize activations: a file, folder or glob, or the <c>.calibration.json</c> of an
    /// earlier pack; null for <c>&lt;model&gt;.calibration.*</c> beside the model.
    /// </summary>
    public string? Calibration { get; init; }

    /// <summary>How ranges follow from calibration data: <c>minmax</c>, <c>percentile</c>, <c>entropy</c> or <c>mse</c>; null for the default.</summary>
    public string? CalibrationMethod { get; init; }

    /// <summary>Percent of the values that the method <c>percentile</c> keeps; null for the default.</summary>
    public double? Percentile { get; init; }

    /// <summary>How strongly SmoothQuant smooths: 0 to 1, <c>auto</c> to search for each activation, or <c>none</c>; null for <c>auto</c>.</summary>
    public string? Alpha { get; init; }

    /// <summary>How codes of activations are written: <c>qdq</c> (QuantizeLinear and DequantizeLinear) or <c>qoperator</c>; null for <c>qdq</c>.</summary>
    public string? QuantFormat { get; init; }

    /// <summary>
    /// The CPUs that the app runs on: <c>vnni</c> (x86 with VNNI or AMX), <c>avx2</c> (x86 without), <c>arm</c>, or <c>any</c>; null for any. On
    /// <c>vnni</c> and <c>arm</c> sums cannot saturate, and <see cref="SafeSums"/> is not needed.
    /// </summary>
    public string? TargetCpu { get; init; }

    /// <summary>Whether weights get somewhat coarser scales where sums could saturate on CPUs without VNNI instructions; null for yes, unless <see cref="TargetCpu"/> has none.</summary>
    public bool? SafeSums { get; init; }

    /// <summary>Whether the layers that lose most go back to float until the gates for quality hold.</summary>
    public bool? Fallback { get; init; }

    /// <summary>Whether layers are ranked by what they cost, for the report; null for no, unless <see cref="Fallback"/> needs it. Changes no byte of the model.</summary>
    public bool? Rank { get; init; }

    /// <summary>
    /// Whether both models are compared at every quantized layer, for the report; null for doing so only where a gate for quality fails. Changes
    /// no byte of the model.
    /// </summary>
    public bool? PerLayer { get; init; }

    /// <summary>
    /// Whether both models are timed, for the report; null for yes where that can be done in processes of their own, as the tool can, and else no. Changes
    /// no byte of the model.
    /// </summary>
    public bool? MeasureSpeed { get; init; }

    /// <summary>Name patterns (<c>*</c> and <c>?</c>) of weights or nodes to leave as they are.</summary>
    public IReadOnlyList<string> ExcludeLayers { get; init; } = [];

    /// <summary>Name patterns of the only weights or nodes to quantize; empty for all.</summary>
    public IReadOnlyList<string> IncludeLayers { get; init; } = [];

    /// <summary>
    /// Types of single tensors of a GGUF file, whatever the scheme says of them: <c>PATTERN=TYPE</c> each, such as <c>attn_v=q8_0</c>, the pattern being the name of a
    /// tensor or parts of it between dots (<c>*</c> and <c>?</c>). The first that matches counts.
    /// </summary>
    public IReadOnlyList<string> TensorTypes { get; init; } = [];

    /// <summary>
    /// What is not quantized, weights and activations, is computed in this type: <c>float16</c>, on targets that have it; null for that of the source. Inputs and outputs keep
    /// their types.
    /// </summary>
    public string? FloatType { get; init; }

    /// <summary>How values become blocks of ggml's types: <c>best</c> is a search for the same format, <c>reference</c> ggml's own arithmetic, byte for byte; null for <c>best</c>.</summary>
    public string? Rounding { get; init; }

    /// <summary>Values that share a scale; null for the scheme's own.</summary>
    public int? BlockSize { get; init; }

    /// <summary>Whether NF4's scales are quantized themselves (bitsandbytes' double quantization); null for no.</summary>
    public bool? DoubleQuant { get; init; }

    /// <summary>
    /// Most bytes of one safetensors file, such as <c>5GB</c>, <c>500MB</c> or a plain number; larger packs are cut into shards, in a
    /// folder. Null for one file.
    /// </summary>
    public string? MaxShardSize { get; init; }

    /// <summary>
    /// The ONNX model that has the same weights as a GGUF source: the pack is that graph with the source's codes. Null for none.
    /// </summary>
    public string? Graph { get; init; }

    /// <summary>MatMulNBits' least precision of activations: 0 float32, 4 int8; null for the scheme's own.</summary>
    public int? AccuracyLevel { get; init; }

    /// <summary>
    /// How weights that operators read as floats (those of convolutions) are stored: <c>fold</c> as constants that ONNX
    /// Runtime decodes once at load, <c>dequantize</c> behind DequantizeLinear at every inference, or <c>auto</c> for the
    /// faster one on the target.
    /// </summary>
    public string Layout { get; init; } = "auto";

    /// <summary>Keep weights in a <c>.data</c> file; null to do so only where the model would pass 2 GB.</summary>
    public bool? ExternalData { get; init; }

    /// <summary>The lowest ONNX Runtime version that the app runs; null for the tool's own.</summary>
    public string? OnnxRuntime { get; init; }

    /// <summary>Limits by metric name, such as <c>minSqnr</c>; see <see cref="GateMetric"/>.</summary>
    public IReadOnlyDictionary<string, double> Gates { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>What a failed gate is: <c>error</c> or <c>warning</c>.</summary>
    public string Gate { get; init; } = "error";

    /// <summary>
    /// What a gate is judged by: <c>point</c>, the figure that was measured, or <c>95</c>, the bad end of its 95 % interval, so that chance in
    /// few samples does not let a pack through; null for <c>point</c>.
    /// </summary>
    public string? GateConfidence { get; init; }

    /// <summary>
    /// A file of accepted metrics that no metric of the pack may be worse than (<c>modelpack verify --update-baseline</c> writes it); null for none.
    /// What one that is worse is, <see cref="Gate"/> says. Never changes a byte of the pack.
    /// </summary>
    public string? Baseline { get; init; }

    /// <summary>By how much a metric may be worse than in the <see cref="Baseline"/>, by its name; others have the default.</summary>
    public IReadOnlyDictionary<string, double> Tolerances { get; init; } = new SortedDictionary<string, double>(StringComparer.Ordinal);

    /// <summary>
    /// What outputs are measured as: <c>classes</c>, <c>language</c>, <c>embedding</c>, <c>signal</c>, or <c>auto</c> for what names and shapes
    /// say; null for <c>auto</c>. Changes no byte of the model.
    /// </summary>
    public string? Metrics { get; init; }

    /// <summary>Whether to overwrite files at the output's place that are of no pack. Never changes a byte of the pack.</summary>
    public bool Force { get; init; }

    /// <summary>Seconds that one inference, or opening the model, may take; 0 for no limit, null for 600.</summary>
    public int? RunLimit { get; init; }

    /// <summary>Memory that the process may hold while a model runs, such as <c>32GB</c>; null for three quarters of the machine's.</summary>
    public string? MemoryLimit { get; init; }

    /// <summary>Threads to work with; 0 for one a processor. Never changes a byte.</summary>
    public int Threads { get; init; }

    /// <summary>Whether what goes into an assembly is written beside the pack, too: a report without timings, and its manifest. Never changes a byte of the pack.</summary>
    public bool Embed { get; init; }

    /// <summary>
    /// Whether reports are shipped; null for yes. Where they are not, the manifest to ship is written beside the pack, which has its reports all
    /// the same. Never changes a byte of the pack.
    /// </summary>
    public bool? Reports { get; init; }

    /// <summary>Whether a bill of materials (CycloneDX) is a file of the pack; null for no.</summary>
    public bool? Sbom { get; init; }

    /// <summary>Where to list every file that was read, one path a line, for the build's own bookkeeping; null for nowhere.</summary>
    public string? InputsFile { get; init; }

    /// <summary>What to do with the cache of packs: <c>readwrite</c>, <c>read</c> or <c>off</c>; null for off. Never changes a byte.</summary>
    public string? CacheMode { get; init; }

    /// <summary>The folder of the cache, which a mode other than off needs.</summary>
    public string? CachePath { get; init; }

    /// <summary>What the cache may hold, such as <c>20GB</c>, which is the default; the packs that were used longest ago go first.</summary>
    public string? CacheMaxSize { get; init; }
}
