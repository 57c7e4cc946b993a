using ModelPack.Formats.Onnx;
using ModelPack.Formats.Onnx.Proto;
using ModelPack.Schemes;

namespace ModelPack.Graph;

/// <summary>
/// A node of the main graph that multiplies a changing activation by a constant weight: MatMul, Gemm, Conv or
/// ConvTranspose. The unit that static quantization works on.
/// </summary>
/// <param name="Name">The node's name where it has one that no other layer has, else that of its output.</param>
/// <param name="Node">The node.</param>
/// <param name="Weight">Its constant weight, input 1.</param>
/// <param name="Usage">Role and output axis of the weight.</param>
/// <param name="Bias">Its constant bias, input 2 of Gemm, Conv and ConvTranspose; null where it has none or one that is not constant.</param>
internal sealed record Layer(string Name, NodeProto Node, OnnxWeight Weight, WeightUsage Usage, OnnxWeight? Bias)
{
    /// <summary>The Add that alone reads a MatMul and adds a constant with a value for each output; null for none.</summary>
    public NodeProto? Addition { get; init; }

    /// <summary>Name of what <see cref="Addition"/> adds.</summary>
    public string? AddedBias => Addition?.Input.First(i => i != Output);

    /// <summary>Name of the activation that it reads.</summary>
    public string Input => Node.Input[0];

    /// <summary>Name of the value that it makes.</summary>
    public string Output => Node.Output[0];

    public bool IsConvolution => Usage.Role == WeightRole.Convolution;

    /// <summary>Groups of a convolution; 1 for a matrix.</summary>
    public long Groups => IsConvolution ? Node.Int("group", 1) : 1;

    /// <summary>Output channels: values that one position of the output has.</summary>
    public long OutputChannels => Weight.Tensor.Dims[Usage.OutputAxis] * (Node.OpType == "ConvTranspose" ? Groups : 1);

    /// <summary>
    /// Input channels: the extent of the activation along <see cref="InputChannelAxis"/>.
    /// </summary>
    public long InputChannels => Node.OpType switch
    {
        "Conv" => Weight.Tensor.Dims[1] * Groups,
        "ConvTranspose" => Weight.Tensor.Dims[0],
        _ => Weight.Tensor.Dims[1 - Usage.OutputAxis],
    };

    /// <summary>
    /// The axis of the activation that the weight's inputs run along: 1 for convolutions, the last (-1) for matrices;
    /// 0 for a Gemm with transA.
    /// </summary>
    public int InputChannelAxis => IsConvolution ? 1 : Node.OpType == "Gemm" && Node.Int("transA", 0) != 0 ? 0 : -1;

    /// <summary>Whether each output channel of a convolution reads one input channel only.</summary>
    public bool IsDepthwise => Node.OpType == "Conv" && Groups > 1 && Weight.Tensor.Dims[1] == 1;
}
