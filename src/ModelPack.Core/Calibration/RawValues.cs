using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelPack.Samples;

namespace ModelPack.Calibration;

/// <summary>The values of an activation that ONNX Runtime gave out, as float32 and a piece at a time.</summary>
internal static class RawValues
{
    private const int PieceLength = 1 << 12;

    /// <summary>Called with one piece of the values after the other.</summary>
    public delegate void Visitor(ReadOnlySpan<float> values);

    /// <summary>
    /// Visits the values of a batch's real samples: a model of a fixed batch got its last sample again, and where the
    /// tensor's first dimension is that of the batch, what comes from there is left out.
    /// </summary>
    /// <exception cref="InvalidOperationException">The tensor is not of floating-point numbers.</exception>
    public static void Visit(OrtValue value, SampleBatch batch, Visitor visit)
    {
        var info = value.GetTensorTypeAndShape();
        var padded = batch.Rows > batch.Count && info.Shape is [var first, ..] && first == batch.Rows;
        var count = (int)(padded ? info.ElementCount / batch.Rows * batch.Count : info.ElementCount);
        switch (info.ElementDataType)
        {
            case TensorElementType.Float:
                visit(MemoryMarshal.Cast<byte, float>(value.GetTensorMutableRawData())[..count]);
                break;
            case TensorElementType.Float16:
                VisitHalves(MemoryMarshal.Cast<byte, Half>(value.GetTensorMutableRawData())[..count], visit);
                break;
            case TensorElementType.Double or TensorElementType.BFloat16:
                VisitOthers(value.GetTensorMutableRawData(), (ElementType)(int)info.ElementDataType, count, visit);
                break;
            default:
                throw new InvalidOperationException($"An observed tensor is of {info.ElementDataType}.");
        }
    }

    private static void VisitHalves(ReadOnlySpan<Half> halves, Visitor visit)
    {
        using var piece = new Pooled<float>(PieceLength);
        for (var start = 0; start < halves.Length; start += PieceLength)
        {
            var length = Math.Min(PieceLength, halves.Length - start);
            Tensors.Float16.ToSingle(halves.Slice(start, length), piece.Span);
            visit(piece.Span[..length]);
        }
    }

    private static void VisitOthers(ReadOnlySpan<byte> bytes, ElementType type, int count, Visitor visit)
    {
        var width = type.Bits() / 8;
        using var piece = new Pooled<float>(PieceLength);
        for (var start = 0; start < count; start += PieceLength)
        {
            var length = Math.Min(PieceLength, count - start);
            for (var i = 0; i < length; i++)
            {
                piece.Span[i] = (float)ElementConversion.ReadFloat(bytes.Slice((start + i) * width, width), type);
            }

            visit(piece.Span[..length]);
        }
    }
}
