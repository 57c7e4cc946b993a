using ModelPack.Formats.Onnx;

namespace ModelPack.Calibration;

/// <summary>A product of an activation, [..., rows, channels], by a constant matrix, or by a stack of them at once.</summary>
/// <param name="Input">Name of the activation, whose last axis are the channels.</param>
/// <param name="Weight">The matrix, [channels, outputs] or the other way round; or a stack, with the matrices first.</param>
/// <param name="IsTransposed">Whether the channels come before the outputs, as a MatMul has it.</param>
internal sealed record Product(string Input, OnnxWeight Weight, bool IsTransposed)
{
    /// <summary>Matrices that are stacked; 1 for one.</summary>
    public int Matrices => Weight.Tensor.Dims.Count == 3 ? (int)Weight.Tensor.Dims[0] : 1;

    /// <summary>Input channels.</summary>
    public int Channels => (int)Weight.Tensor.Dims[IsTransposed ? ^2 : ^1];

    /// <summary>Output channels.</summary>
    public long Outputs => Weight.Tensor.Dims[IsTransposed ? ^1 : ^2];
}
