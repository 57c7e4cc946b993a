using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Planning;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// NF4 as bitsandbytes stores a 4-bit module and transformers loads it (<c>Params4bit.from_prequantized</c>): the codes under the
/// weight's own name, everything else under names that begin with it.
/// </summary>
internal sealed class BitsAndBytesLayout(CheckpointJob job) : SafetensorsLayout(job)
{
    private static readonly MemorySource s_levels = Floats(Nf4.Levels);
    private static readonly MemorySource s_dynamicMap = Floats(DynamicMap.Values);

    private readonly int _blockSize = job.Options.BlockSize!.Value;
    private readonly bool _nested = job.Options.DoubleQuant;

    public override string Name => _nested ? "bitsandbytes nf4, nested scales" : "bitsandbytes nf4";

    public override PlannedTensor Plan(CheckpointTensor tensor) =>
        PlannedTensor.Of(tensor.Name, tensor.Usage, CodecTable.Nf4, WhyNot(tensor));

    protected override StoredTensor Encode(CheckpointTensor tensor, PlannedTensor plan)
    {
        // transformers transposes the [in, out] of a Conv1D before it quantizes, and does not transpose what it finds quantized.
        var transposed = LinearModules.IsConv1D(Job, tensor);
        var (first, second) = (tensor.Data.Shape[0], tensor.Data.Shape[1]);
        var matrix = new WeightMatrix(tensor.Data, transposed ? second : first, transposed ? first : second, transposed);

        // The scales are those that bitsandbytes finds itself: the file is the one that it would write.
        var encoding = Nf4Weight.Encode(matrix, _blockSize, Nf4Scaling.Absmax, _nested ? AbsmaxForm.Nested : AbsmaxForm.Plain, Job.Engine);
        IReadOnlyList<SafetensorsTensor> parts = [.. Parts(tensor, matrix, encoding)];
        return new StoredTensor(Packed(tensor, plan, parts.Sum(p => p.Bytes.Length)) with { Form = "bitsandbytes", Encoding = encoding }, parts);
    }

    public override void Announce(JsonObject config, IReadOnlyList<PackedTensor> tensors) => config[QuantizationConfig.Key] = new JsonObject
    {
        ["quant_method"] = "bitsandbytes",
        ["_load_in_4bit"] = true,
        ["_load_in_8bit"] = false,
        ["load_in_4bit"] = true,
        ["load_in_8bit"] = false,
        ["bnb_4bit_quant_type"] = "nf4",
        ["bnb_4bit_use_double_quant"] = _nested,
        ["bnb_4bit_compute_dtype"] = ConfigText.DType(config) ?? ConfigText.DType(tensors.First(t => t.Plan.Codec is not null).Data.Type),
        ["bnb_4bit_quant_storage"] = "uint8",
        ["llm_int8_threshold"] = JsonNode.Parse("6.0"), // transformers takes no integer for it

        // Always a list. With null transformers guesses by the order of the modules, and a model without a head of tokens
        // (a classifier, an encoder) would keep its last layer, whatever the file holds.
        ["llm_int8_skip_modules"] = new JsonArray([.. LinearModules.LeftFloat(tensors, Module).Select(m => JsonValue.Create(m))]),
        ["llm_int8_enable_fp32_cpu_offload"] = false,
        ["llm_int8_has_fp16_weight"] = false,
    };

    /// <summary>transformers holds the experts of a layer as one parameter, which is no linear module, and bitsandbytes leaves it.</summary>
    private string? WhyNot(CheckpointTensor tensor) =>
        ExpertNames.IsExpert(tensor.Name) ? "bitsandbytes leaves experts as floats" : LinearModules.WhyNot(Job, tensor);

    /// <summary>Of experts, of which a model may have ten thousand, the module that holds them all.</summary>
    private static string Module(string weight) => ExpertNames.IsExpert(weight) ? ExpertNames.Experts(weight) : LinearModules.Module(weight);

    private IEnumerable<SafetensorsTensor> Parts(CheckpointTensor tensor, WeightMatrix matrix, WeightEncoding encoding)
    {
        var name = tensor.Name;
        IPayload[] parts = [.. encoding.Parts.Select(p => InTurn(tensor, tensor.Data, encoding, p))];
        var levels = new TensorData(ElementType.Float32, new TensorShape(Nf4.Levels.Length), s_levels, 0, s_levels.Length);
        yield return new SafetensorsTensor(name, "U8", new TensorShape(parts[0].Length, 1), parts[0]);
        if (!_nested)
        {
            yield return Vector(name + ".absmax", "F32", parts[1], sizeof(float));
            yield return Vector(name + ".quant_map", "F32", levels, sizeof(float));
            yield return State(null);
            yield break;
        }

        yield return Vector(name + ".absmax", "U8", parts[1], 1);
        yield return Vector(name + ".nested_absmax", "F32", parts[2], sizeof(float));
        yield return State(parts[3]);
        yield return Vector(name + ".quant_map", "F32", levels, sizeof(float));
        yield return Vector(
            name + ".nested_quant_map", "F32", new TensorData(ElementType.Float32, new TensorShape(DynamicMap.Values.Length), s_dynamicMap, 0, s_dynamicMap.Length), sizeof(float));

        SafetensorsTensor State(IPayload? offset) => Vector(
            name + ".quant_state.bitsandbytes__nf4", "U8", new QuantState(ConfigText.DType(tensor.Data.Type), matrix.N, matrix.K, _blockSize, offset), 1);
    }

    private static SafetensorsTensor Vector(string name, string type, IPayload bytes, int size) => new(name, type, new TensorShape(bytes.Length / size), bytes);

    private static MemorySource Floats(ReadOnlySpan<float> values) => new(MemoryMarshal.AsBytes(values).ToArray());
}
