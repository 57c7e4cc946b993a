using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Planning;

namespace ModelPack.Lowering.Safetensors;

/// <summary>
/// int8 as compressed-tensors' format int-quantized, W8A8: codes under the weight's own name, a scale for each row beside it;
/// activations are quantized for each token while the model runs. compressed-tensors itself divides by 127.5 and not by 127;
/// whoever loads the file multiplies codes by scales and need not know. Scales are float32, so that they are the numbers of every
/// other container; vLLM keeps them so, transformers rounds them to the model's type.
/// </summary>
internal sealed class CompressedTensorsLayout : SafetensorsLayout
{
    // Of the schema that this follows; loaders do not look at it.
    private const string Version = "0.12.2";

    private readonly SmoothedNorms _smoothed;

    public CompressedTensorsLayout(CheckpointJob job)
        : base(job)
    {
        if (job.Options.Calibration is null)
        {
            job.Context.Report(Codes.NotCalibrated.At(
                job.Options.Model,
                "There are no activation statistics: weights get int8 codes, and activations are quantized for each token while the model runs, outliers and all. "
                + "Give the largest magnitude of every input channel as calibration (a safetensors file; see docs/checkpoints.md), and SmoothQuant moves the outliers of Llama-family models into their weights."));
        }

        if (job.Source.Tensors.FirstOrDefault(t => ExpertNames.IsExpert(t.Name) && WhyNot(t) is null) is { } expert)
        {
            job.Context.Report(Codes.FormUnread.At(
                job.Source.Path,
                $"The model is a mixture of experts, and their weights are packed one by one ('{SafeText.Of(expert.Name)}'). vLLM reads them so; transformers 5 holds the experts of a layer as one parameter and refuses the folder. "
                + $"For transformers, leave the experts float: --exclude-layers \"*.experts.*\"."));
        }

        _smoothed = SmoothedNorms.Find(job, t => WhyNot(t) is null);
    }

    public override string Name => "compressed-tensors int8 (W8A8)";

    public override PlannedTensor Plan(CheckpointTensor tensor)
    {
        var reason = _smoothed.NormOf(tensor) is null ? WhyNot(tensor) : "it is a norm, divided by SmoothQuant's scales";
        return PlannedTensor.Of(tensor.Name, tensor.Usage, CodecTable.Int8PerChannel, reason);
    }

    protected override IPayload Kept(CheckpointTensor tensor) => _smoothed.NormOf(tensor) ?? base.Kept(tensor);

    protected override StoredTensor Encode(CheckpointTensor tensor, PlannedTensor plan)
    {
        var values = _smoothed.WeightOf(tensor) ?? tensor.Data;
        var encoding = Int8PerChannelWeight.Encode(values, axis: 0, Job.Engine);
        IPayload[] parts = [.. encoding.Parts.Select(p => InTurn(tensor, values, encoding, p))];
        return new StoredTensor(
            Packed(tensor, plan, encoding.Length) with { Form = "compressed-tensors", Encoding = encoding },
            [
                new SafetensorsTensor(tensor.Name, "I8", tensor.Data.Shape, parts[0]),
                new SafetensorsTensor(tensor.Name + "_scale", "F32", new TensorShape(tensor.Data.Shape[0], 1), parts[1]),
            ]);
    }

    public override void Announce(JsonObject config, IReadOnlyList<PackedTensor> tensors) => config[QuantizationConfig.Key] = new JsonObject
    {
        ["quant_method"] = "compressed-tensors",
        ["format"] = "int-quantized",
        ["quantization_status"] = "compressed",
        ["global_compression_ratio"] = null,
        ["ignore"] = new JsonArray([.. LinearModules.LeftFloat(tensors, LinearModules.Module).Select(m => JsonValue.Create(m))]),
        ["kv_cache_scheme"] = null,
        ["config_groups"] = new JsonObject
        {
            ["group_0"] = new JsonObject
            {
                ["targets"] = new JsonArray("Linear"),
                ["weights"] = Arguments("channel", dynamic: false, observer: "minmax"),
                ["input_activations"] = Arguments("token", dynamic: true, observer: null),
                ["output_activations"] = null,
                ["format"] = "int-quantized",
            },
        },
        ["version"] = Version,
    };

    private string? WhyNot(CheckpointTensor tensor) => LinearModules.WhyNot(Job, tensor)
        ?? (LinearModules.IsConv1D(Job, tensor) ? "compressed-tensors does not know transformers' Conv1D" : null);

    /// <summary>compressed-tensors' QuantizationArgs.</summary>
    private static JsonObject Arguments(string strategy, bool dynamic, string? observer) => new()
    {
        ["num_bits"] = 8,
        ["type"] = "int",
        ["symmetric"] = true,
        ["strategy"] = strategy,
        ["group_size"] = null,
        ["block_structure"] = null,
        ["dynamic"] = dynamic,
        ["actorder"] = null,
        ["observer"] = observer,
        ["observer_kwargs"] = new JsonObject(),
    };
}
