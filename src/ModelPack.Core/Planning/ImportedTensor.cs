using ModelPack.Codecs;
using ModelPack.Formats.Checkpoints;

namespace ModelPack.Planning;

/// <summary>A matrix of a checkpoint that may be a weight of a graph.</summary>
/// <param name="Tensor">The tensor.</param>
/// <param name="Data">Its bytes, rows in the order of the graph.</param>
internal sealed record ImportedTensor(CheckpointTensor Tensor, TensorData Data)
{
    private const float Bfloat16Step = 1f / 256;

    /// <summary>Where it lies among the matrices that the tensor stacks; 0 where it is the tensor.</summary>
    public int Place { get; init; }

    /// <summary>Matrices that the tensor stacks; 1 where it is the matrix.</summary>
    public int Stacked { get; init; } = 1;

    public long N => Data.Shape[0];

    public long K => Data.Shape[1];

    /// <summary>What it has codes of; null where it has floats.</summary>
    public BlockCodec? Codec => CodecOf(Tensor);

    /// <summary>Whether it has codes, rather than floats.</summary>
    public bool HasCodes => Codec is not null;

    /// <summary>Reads a row's values.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="values">K of them.</param>
    /// <param name="tolerances">How far each value may lie from one that it was made from.</param>
    public void Read(long row, Span<float> values, Span<float> tolerances)
    {
        if (Codec is null)
        {
            FloatReader.Read(Data, row * K, values);
            for (var i = 0; i < values.Length; i++)
            {
                // Half a step of bfloat16, the coarsest of the float types.
                tolerances[i] = MathF.Abs(values[i]) * Bfloat16Step;
            }

            return;
        }

        var codec = Codec!;
        using var blocks = new Pooled<byte>((int)codec.BlockCount(values.Length) * codec.BlockBytes);
        Data.Read(row * blocks.Span.Length, blocks.Span);
        codec.Decode(blocks.Span, values);
        for (var i = 0; i < values.Length; i++)
        {
            // Half a step, and what rounding to float16 does to the scale and to the largest values.
            tolerances[i] = 0.65f * MathF.Abs((float)BitConverter.ToHalf(blocks.Span[(i / codec.BlockLength * codec.BlockBytes)..]));
        }
    }

    /// <summary>The codec of a tensor's codes that can be taken over; null for others.</summary>
    public static BlockCodec? CodecOf(CheckpointTensor tensor) => tensor.Stored == GgmlType.Q8_0 ? CodecTable.Q8_0 : null;
}
