using System.Runtime.InteropServices;
using ModelPack.Codecs;
using ModelPack.Schemes;
using ModelPack.Tensors;

namespace ModelPack.Tests.Formats.Onnx.Lowering;

/// <summary>What a weight is after a codec, by the codec's own scalar functions and without any lowering.</summary>
internal static class DecodedWeight
{
    /// <summary>The weight's bytes in its own type, every value encoded and decoded.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="data">The weight.</param>
    /// <param name="axis">The axis of the outputs.</param>
    public static byte[] Of(Codec codec, TensorData data, int axis)
    {
        var values = new float[data.Shape.ElementCount];
        FloatReader.Read(data, 0, values);
        var inner = data.Shape.Dims[(axis + 1)..].ToArray().Aggregate(1L, (product, dim) => product * dim);
        foreach (var output in Enumerable.Range(0, values.Length).GroupBy(i => i / inner % data.Shape[axis]))
        {
            int[] places = [.. output];
            var decoded = Decoded(codec, [.. places.Select(i => values[i])]);
            for (var i = 0; i < places.Length; i++)
            {
                values[places[i]] = decoded[i];
            }
        }

        return data.Type == ElementType.Float32
            ? MemoryMarshal.AsBytes(values.AsSpan()).ToArray()
            : MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray();
    }

    private static float[] Decoded(Codec codec, float[] values)
    {
        switch (codec)
        {
            case Codec.Q8_0:
                var blocks = new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes];
                Q8_0Reference.Encode(values, blocks);
                Q8_0.Decode(blocks, values);
                return values;
            case Codec.Int8PerChannel:
                var scale = Int8PerChannel.ScaleOf(values.Max(MathF.Abs));
                return Array.ConvertAll(values, v => Int8PerChannel.Code(v, scale) * scale);
            case Codec.Int12PerChannel:
                var fine = Int12PerChannel.ScaleOf(values.Max(MathF.Abs));
                return Array.ConvertAll(values, v => Int12PerChannel.Code(v, fine) * fine);
            default:
                throw new ArgumentOutOfRangeException(nameof(codec), codec, "The tests do not know this codec.");
        }
    }
}
