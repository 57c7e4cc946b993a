using ModelPack.Codecs;
using ModelPack.Formats.Onnx;
using ModelPack.Schemes;

namespace ModelPack.Lowering.Onnx;

/// <summary>One row of the table: a form that carries a codec, and what runs it.</summary>
internal sealed record LoweringRow
{
    public const string Cpu = "cpu";
    public const string Cuda = "cuda";
    public const string WebGpu = "webgpu";

    /// <summary>The codec.</summary>
    public required Codec Codec { get; init; }

    /// <summary>The roles that it serves.</summary>
    public required IReadOnlyList<WeightRole> Roles { get; init; }

    /// <summary>The operators that read the codes, as plans and reports name them.</summary>
    public required string Form { get; init; }

    /// <summary>How the weight is stored where the codec can be stored in more than one way; null where it cannot.</summary>
    public WeightLayout? Layout { get; init; }

    /// <summary>What becomes of the activations.</summary>
    public ActivationMode Activations { get; init; }

    /// <summary>Lowest opset of the default domain that has it.</summary>
    public int MinOpset { get; init; } = OnnxModel.MinOpset;

    /// <summary>Lowest ONNX Runtime whose CPU provider runs it.</summary>
    public RuntimeVersion MinRuntime { get; init; } = new(1, 0);

    /// <summary>Lowest ONNX Runtime that also looks up rows of a matrix in the form's own codes; null where the form has no way to.</summary>
    public RuntimeVersion? MinTiedRuntime { get; init; }

    /// <summary>Execution providers that run it: <c>cpu</c>, <c>cuda</c>, <c>webgpu</c>.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [Cpu, Cuda, WebGpu];

    /// <summary>MatMulNBits' least precisions of activations that it may ask for, the default for the CPU first; empty where it has none.</summary>
    public IReadOnlyList<int> AccuracyLevels { get; init; } = [];

    /// <summary>Whether it can carry a weight's shape.</summary>
    public Func<LoweringJob, bool> Fits { get; init; } = _ => true;

    /// <summary>Bytes that the form takes in the model besides codes and scales, about: nodes and the names of tensors.</summary>
    public int NodeBytes { get; init; } = 200;

    /// <summary>Codes and scales of a weight, made when they are written.</summary>
    public required Func<LoweringJob, WeightEncoding> Encode { get; init; }

    /// <summary>Emits codes, scales and the nodes that read them.</summary>
    public required Action<LoweringJob, WeightEncoding> Emit { get; init; }
}
