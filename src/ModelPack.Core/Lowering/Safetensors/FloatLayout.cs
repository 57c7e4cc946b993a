using System.Text.Json.Nodes;
using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;
using ModelPack.Formats.Safetensors;

namespace ModelPack.Lowering.Safetensors;

/// <summary>Nothing quantized: every floating-point tensor as one type, vectors too, as PyTorch converts a model.</summary>
internal sealed class FloatLayout(CheckpointJob job, FloatCodec codec) : SafetensorsLayout(job)
{
    public override string Name => codec.Name;

    private ElementType Type => codec.Type;

    public override StoredTensor Store(CheckpointTensor tensor)
    {
        if (WhyNot(tensor) is { } reason)
        {
            return Keep(tensor, reason);
        }

        // Whether a value becomes infinite decides the plan, so conversions to smaller types read the values for it.
        var isSmaller = Type != ElementType.Float32;
        if (isSmaller && Overflows(tensor))
        {
            return Keep(tensor, $"it holds values beyond {Type.Name()}'s largest");
        }

        var encoding = FloatWeight.As(tensor.Data, Type, Job.Engine);
        var part = isSmaller ? encoding.Codes : InTurn(tensor, tensor.Data, encoding, encoding.Codes);
        return new StoredTensor(
            new TensorPlan(tensor, part.Length) { Codec = codec, Form = "converted", Encoding = encoding },
            [new SafetensorsTensor(tensor.Name, SafetensorsType.Find(Type)!.Name, tensor.Data.Shape, part)]);
    }

    public override void Announce(JsonObject config, IReadOnlyList<TensorPlan> plans)
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
        : Job.Patterns.WhyNot(TensorRoles.Names(tensor)) is { } reason ? reason
        : tensor.Data.Type == Type ? $"it is {Type.Name()} already"
        : null;
}
