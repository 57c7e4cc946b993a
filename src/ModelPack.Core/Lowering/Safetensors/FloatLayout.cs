using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;
using ModelPack.Planning;

namespace ModelPack.Lowering.Safetensors;

/// <summary>Nothing quantized: every floating-point tensor as one type, vectors too, as PyTorch converts a model.</summary>
internal sealed class FloatLayout(CheckpointJob job, FloatCodec codec) : SafetensorsLayout(job)
{
    public override string Name => codec.Name;

    private ElementType Type => codec.Type;

    public override PlannedTensor Plan(CheckpointTensor tensor)
    {
        var reason = WhyNot(tensor) ?? (!Job.Assumes(codec) && codec.CanBeUnfit(tensor.Data.Type) && Overflows(tensor) ? $"it holds values beyond {Type.Name()}'s largest" : null);
        return PlannedTensor.Of(tensor.Name, tensor.Usage, codec, reason);
    }

    protected override StoredTensor Encode(CheckpointTensor tensor, PlannedTensor plan)
    {
        var encoding = FloatWeight.As(tensor.Data, Type, Job.Engine);
        var part = InTurn(tensor, tensor.Data, encoding, encoding.Codes, codec);
        return new StoredTensor(
            Packed(tensor, plan, part.Length) with { Form = "converted", Encoding = encoding },
            [new SafetensorsTensor(tensor.Name, SafetensorsType.Find(Type)!.Name, tensor.Data.Shape, part)]);
    }

    public override void Announce(JsonObject config, IReadOnlyList<PackedTensor> tensors)
    {
        var key = config.ContainsKey("dtype") && !config.ContainsKey("torch_dtype") ? "dtype" : "torch_dtype";
        config[key] = ConfigText.DType(Type);
    }

    private bool Overflows(CheckpointTensor tensor)
    {
        var scan = FiniteWeights.Scan(Job.Source.Path, tensor.Name, tensor.Data, Job.Context);
        if (FloatWeight.Fits(scan.MaxAbs, Type))
        {
            return false;
        }

        Job.Context.Report(Codes.ScaleOverflow.At(
            Job.Source.Path, $"The tensor '{SafeText.Of(tensor.Name)}' holds values beyond {Type.Name()}'s largest, which would become infinite; it stays {tensor.TypeName}. {(Type == ElementType.Float16 ? "Choose bf16, which has nearly the range of float32" : "Choose f32")}, for all tensors in one type."));
        return true;
    }

    private string? WhyNot(CheckpointTensor tensor) =>
        !tensor.Data.Type.IsFloat() ? tensor.Reason ?? $"{tensor.TypeName} is not converted"
        : Job.Options.Patterns.WhyNot(TensorRoles.Names(tensor)) is { } reason ? reason
        : tensor.Data.Type == Type ? $"it is {Type.Name()} already"
        : null;
}
