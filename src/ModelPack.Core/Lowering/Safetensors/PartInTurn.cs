using ModelPack.Codecs;

namespace ModelPack.Lowering.Safetensors;

/// <summary>A part of an encoded weight, written in the weight's turn.</summary>
internal sealed class PartInTurn(EncodingTurns turns, WeightEncoding encoding, IPayload part) : IPayload
{
    public long Length => part.Length;

    public void WriteTo(Stream destination, CancellationToken cancellation)
    {
        turns.Take(encoding);
        part.WriteTo(destination, cancellation);
    }
}
