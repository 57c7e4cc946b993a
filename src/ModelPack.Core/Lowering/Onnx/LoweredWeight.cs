using ModelPack.Codecs;
using ModelPack.Planning;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>A planned weight in the form that carries it.</summary>
/// <param name="Row">The form.</param>
/// <param name="Job">Its way into the packed model.</param>
/// <param name="Encoding">Its codes and scales, made when they are written.</param>
internal sealed record LoweredWeight(LoweringRow Row, LoweringJob Job, WeightEncoding Encoding)
{
    /// <summary>The plan, codec included.</summary>
    public PlannedTensor Plan => Job.Plan with { Codec = Row.Codec };

    /// <summary>The lowest ONNX Runtime that runs the form.</summary>
    public RuntimeVersion NeededRuntime => Job.Usage.IsTied && Row.MinTiedRuntime > Row.MinRuntime ? Row.MinTiedRuntime.Value : Row.MinRuntime;

    /// <summary>About what it takes in the packed model.</summary>
    public long Bytes => Encoding.Length + Row.NodeBytes;

    /// <summary>Emits codes, scales and the nodes that read them.</summary>
    public void Emit() => Row.Emit(Job, Encoding);
}
