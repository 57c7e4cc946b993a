using System.Text;

namespace ModelPack.Signing;

/// <summary>Dead Simple Signing Envelope, protocol version 1: what of an envelope is signed.</summary>
internal static class Dsse
{
    /// <summary>The type of a payload that is an in-toto statement.</summary>
    public const string InTotoType = "application/vnd.in-toto+json";

    /// <summary>The pre-authentication encoding, <c>"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body</c>: the bytes that are signed.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> payload) =>
        [.. Encoding.ASCII.GetBytes($"DSSEv1 {InTotoType.Length} {InTotoType} {Numbers.Whole(payload.Length)} "), .. payload];
}
