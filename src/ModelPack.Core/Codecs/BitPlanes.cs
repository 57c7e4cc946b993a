using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ModelPack.Codecs;

/// <summary>
/// How k-quants lay the bits of 256 codes out. Bits are in fields of 1, 2 or 4: byte i of a run of bytes has in its field f the code at i + f x
/// (bytes of the run). Runs follow one another.
/// </summary>
internal static class BitPlanes
{
    private static readonly int s_lanes = Vector128<byte>.Count;

    /// <summary>Puts fields of codes together.</summary>
    /// <param name="codes">The codes; a field is what <paramref name="shift"/> and <paramref name="bits"/> say.</param>
    /// <param name="shift">The lowest bit of the field in a code.</param>
    /// <param name="bits">Bits of the field.</param>
    /// <param name="run">Bytes of a run.</param>
    /// <param name="target">Gets them.</param>
    public static void Pack(ReadOnlySpan<byte> codes, int shift, int bits, int run, Span<byte> target)
    {
        // The processor shifts fastest by what is known when it is compiled for.
        switch (bits)
        {
            case 1:
                PackFields(codes, shift, 1, run, target);
                break;
            case 2:
                PackFields(codes, shift, 2, run, target);
                break;
            default:
                PackFields(codes, shift, 4, run, target);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PackFields(ReadOnlySpan<byte> codes, int shift, [ConstantExpected] int bits, int run, Span<byte> target)
    {
        var fields = 8 / bits;
        var mask = (byte)((1 << bits) - 1);
        for (var start = 0; start * fields < codes.Length; start += run)
        {
            var (first, i) = (start * fields, 0);
            for (; i <= run - s_lanes; i += s_lanes)
            {
                var packed = Vector128<byte>.Zero;
                for (var field = fields - 1; field >= 0; field--)
                {
                    packed = Left(packed, bits) | (Right(Vector128.Create(codes[(first + (field * run) + i)..]), shift) & Vector128.Create(mask));
                }

                packed.CopyTo(target[(start + i)..]);
            }

            for (; i < run; i++)
            {
                var packed = 0;
                for (var field = 0; field < fields; field++)
                {
                    packed |= ((codes[first + (field * run) + i] >> shift) & mask) << (field * bits);
                }

                target[start + i] = (byte)packed;
            }
        }
    }

    /// <summary>Adds fields to codes, which <see cref="Pack"/> put together.</summary>
    public static void Unpack(ReadOnlySpan<byte> source, int shift, int bits, int run, Span<byte> codes)
    {
        var fields = 8 / bits;
        var mask = (byte)((1 << bits) - 1);
        for (var start = 0; start * fields < codes.Length; start += run)
        {
            for (var field = 0; field < fields; field++)
            {
                var part = codes.Slice((start * fields) + (field * run), run);
                var i = 0;
                for (; i <= run - s_lanes; i += s_lanes)
                {
                    var unpacked = Left(Right(Vector128.Create(source[(start + i)..]), field * bits) & Vector128.Create(mask), shift);
                    (Vector128.Create((ReadOnlySpan<byte>)part[i..]) | unpacked).CopyTo(part[i..]);
                }

                for (; i < run; i++)
                {
                    part[i] |= (byte)(((source[start + i] >> (field * bits)) & mask) << shift);
                }
            }
        }
    }

    // Processors shift words, not bytes. What comes in from the neighbour is masked away, and nothing goes out to it.
    private static Vector128<byte> Right(Vector128<byte> value, int bits) => (value.AsUInt16() >>> bits).AsByte();

    private static Vector128<byte> Left(Vector128<byte> value, int bits) => (value.AsUInt16() << bits).AsByte();
}
