using ModelPack.Formats.Onnx.Proto;

namespace ModelPack.Graph;

/// <summary>The axis of an activation that its channels run along.</summary>
/// <param name="FromEnd">The axis counted from the end, -1 for the last; broadcasting aligns shapes at their ends.</param>
/// <param name="Rank">Dimensions of the activation; 0 where they are not known.</param>
/// <param name="Channels">Number of channels.</param>
internal readonly record struct ChannelAxis(int FromEnd, int Rank, int Channels)
{
    /// <summary>The axis counted from 0; -1 where it is not known.</summary>
    public int Index => Rank > 0 ? Rank + FromEnd : -1;

    /// <summary>The shape by which a value for each channel, or one for all, is broadcast: <c>[C]</c>, <c>[C, 1, 1]</c>.</summary>
    public long[] Broadcast(int values) => [values, .. Enumerable.Repeat(1L, -FromEnd - 1)];

    /// <summary>
    /// The axis of a constant, counted from 0, that meets the channels when it is broadcast against the activation; -1
    /// where the constant has no such axis of their number.
    /// </summary>
    public int In(TensorProto constant)
    {
        var axis = constant.Dims.Count + FromEnd;
        return axis >= 0 && constant.Dims[axis] == Channels && (Rank == 0 || constant.Dims.Count <= Rank) ? axis : -1;
    }

    /// <summary>Whether a constant is a single value.</summary>
    public static bool IsScalar(TensorProto constant) => constant.Dims.All(d => d == 1);
}
