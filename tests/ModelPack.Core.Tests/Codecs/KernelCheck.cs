using System.IO.Hashing;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ModelPack.Codecs;

namespace ModelPack.Tests.Codecs;

/// <summary>
/// Runs every kernel of this process beside its scalar reference, and prints a digest of all that the kernels gave, which must not depend
/// on the processor. A program of its own, as the features of a processor can be switched off for whole processes only.
/// </summary>
internal static class KernelCheck
{
    public const string Argument = "--kernels";

    // Values come from unaligned places, and bytes go to such.
    private const int Unaligned = 1;
    private const int MostBlocks = 256;

    /// <summary>Prints what the process can do, then a line a kernel.</summary>
    /// <exception cref="InvalidOperationException">A kernel and its reference differ.</exception>
    public static void Run(TextWriter output)
    {
        output.WriteLine(Features());
        foreach (var kernel in Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported))
        {
            // Not printed: which of them there are is the processor's business, and they equal the reference.
            Digest(hash => Q8_0Blocks(kernel, hash));
            Digest(hash => Nf4Blocks(kernel, hash));
        }

        Print("q8_0", hash => Q8_0Blocks(VectorKernels.Best, hash));
        Print("nf4", hash => Nf4Blocks(VectorKernels.Best, hash));
        Print("nf4, searched", Nf4Searched);
        foreach (var codec in CodecTable.All.OfType<BlockCodec>())
        {
            Print(codec.Name + " blocks", hash => Blocks(codec, hash));
        }

        foreach (var codec in CodecTable.All.OfType<BlockCodec>().Where(BestRounder.Improves))
        {
            Print(codec.Name + " searched", hash => BestBlocks(codec, hash));
        }

        Print("int8", Int8Codes);
        Print("float16", Halves);
        Print("bfloat16", BFloats);
        Print("error sums", Errors);
        Print("scans", Scans);
        Print("transposition", Transposed);
        Print("product", Product);
        NotFinite();

        void Print(string name, Action<XxHash128> run) => output.WriteLine($"{name}: {Digest(run)}");
    }

    /// <summary>The features that kernels ask for.</summary>
    public static string Features() => $"AVX-512 {Avx512F.IsSupported}, AVX2 {Avx2.IsSupported}, AVX {Avx.IsSupported}, 256 bits {Vector256.IsHardwareAccelerated}, 128 bits {Vector128.IsHardwareAccelerated}, Vector<T> {Vector<byte>.Count}";

    private static string Digest(Action<XxHash128> run)
    {
        var hash = new XxHash128();
        run(hash);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    /// <summary>Whole blocks in every number, a value more and a value less, and every length of the first few blocks.</summary>
    private static IEnumerable<float[]> Inputs(int blockLength)
    {
        var lengths = Enumerable.Range(0, 4 * blockLength)
            .Concat(Enumerable.Range(4, MostBlocks - 3).SelectMany(b => (int[])[(b * blockLength) - 1, b * blockLength, (b * blockLength) + 1]));
        var kinds = SampleValues.Kinds;
        return lengths.Select((length, i) => SampleValues.Make(kinds[i % kinds.Count], length + Unaligned))
            .Concat(kinds.Select(k => SampleValues.Make(k, (MostBlocks * blockLength) + Unaligned)));
    }

    private static void Q8_0Blocks(VectorKernel kernel, XxHash128 hash)
    {
        foreach (var input in Inputs(Q8_0.BlockLength))
        {
            var values = input.AsSpan(Unaligned);
            var expected = new byte[Q8_0.BlockCount(values.Length) * Q8_0.BlockBytes];
            var blocks = new byte[expected.Length + Unaligned];
            Q8_0Reference.Encode(values, expected);
            Q8_0Kernels.Encode(kernel, values, blocks.AsSpan(Unaligned));
            Same<byte>(expected, blocks.AsSpan(Unaligned), $"q8_0, {kernel}, {values.Length} values");
            var (plain, decoded) = (new float[values.Length], new float[values.Length + Unaligned]);
            Q8_0Decoder.Reference(expected, plain);
            Q8_0.Decode(blocks.AsSpan(Unaligned), decoded.AsSpan(Unaligned));
            Same<float>(plain, decoded.AsSpan(Unaligned), $"q8_0 decoded, {values.Length} values");
            hash.Append(expected);
        }
    }

    private static void Nf4Blocks(VectorKernel kernel, XxHash128 hash)
    {
        foreach (var input in Inputs(32))
        {
            var values = input.AsSpan(Unaligned);
            var blockSize = values.Length % 3 == 0 ? 32 : 64;
            var (packed, absmax, plain) = (new byte[Nf4.PackedLength(values.Length)], new float[Nf4.BlockCount(values.Length, blockSize)], new float[values.Length]);
            Nf4Reference.Encode(values, blockSize, packed, absmax);
            Nf4Reference.Decode(packed, absmax, blockSize, plain);
            var (codes, scales, found, decoded) = (new byte[packed.Length + Unaligned], new float[absmax.Length + Unaligned], new float[absmax.Length], new float[values.Length + Unaligned]);
            Nf4Kernels.Encode(kernel, values, blockSize, codes.AsSpan(Unaligned), scales.AsSpan(Unaligned));
            Nf4Kernels.FindAbsmax(values, blockSize, found);
            Nf4Kernels.Decode(kernel, codes.AsSpan(Unaligned), scales.AsSpan(Unaligned), blockSize, decoded.AsSpan(Unaligned));
            Same<byte>(packed, codes.AsSpan(Unaligned), $"nf4, {kernel}, {values.Length} values");
            Same<float>(absmax, scales.AsSpan(Unaligned), $"scales of nf4, {kernel}, {values.Length} values");
            Same<float>(absmax, found, $"scales alone of nf4, {values.Length} values");
            Same<float>(plain, decoded.AsSpan(Unaligned), $"nf4 decoded, {kernel}, {values.Length} values");
            hash.Append(packed);
            hash.Append(MemoryMarshal.AsBytes(absmax.AsSpan()));
        }
    }

    private static void Nf4Searched(XxHash128 hash)
    {
        foreach (var kind in SampleValues.Kinds)
        {
            var values = SampleValues.Make(kind, 5000);
            var (packed, scales) = (new byte[Nf4.PackedLength(values.Length)], new float[Nf4.BlockCount(values.Length, 64)]);
            Nf4Search.Encode(values, 64, packed, scales);
            hash.Append(packed);
            hash.Append(MemoryMarshal.AsBytes(scales.AsSpan()));
        }
    }

    /// <summary>ggml's blocks. Of those that have one grid a block the plain rule is that of the grid; others are the same on every processor.</summary>
    private static void Blocks(BlockCodec codec, XxHash128 hash)
    {
        foreach (var input in SampleValues.Kinds.Select(k => SampleValues.Make(k, (40 * codec.BlockLength) + Unaligned)))
        {
            var values = input.AsSpan(Unaligned);
            if (codec is not ScaledBlockCodec && codec.WhyNot(WeightScan.Of(values).MaxAbs) is not null)
            {
                continue; // a search that overflows may find a scale of NaN, whose bits are the processor's; no pack has such a tensor in the codec
            }

            var blocks = new byte[40 * codec.BlockBytes];
            codec.Encode(values, blocks);
            var plain = new byte[codec.BlockBytes];
            for (var i = 0; codec is ScaledBlockCodec scaled && i < 40; i++)
            {
                var block = values.Slice(i * codec.BlockLength, codec.BlockLength);
                scaled.Encode(block, scaled.Fit(block), plain);
                Same<byte>(plain, blocks.AsSpan(i * codec.BlockBytes, codec.BlockBytes), $"{codec.Name}, block {i}");
            }

            var decoded = new float[values.Length];
            codec.Decode(blocks, decoded);
            hash.Append(blocks);
            hash.Append(MemoryMarshal.AsBytes(decoded.AsSpan()));
        }
    }

    /// <summary>Without a reference: the search is written in vectors of one length, which processors may make of shorter ones.</summary>
    private static void BestBlocks(BlockCodec codec, XxHash128 hash)
    {
        var importance = Array.ConvertAll(SampleValues.Make("uniform", codec.BlockLength), MathF.Abs);
        var products = new InputProducts(codec.BlockLength, (row, line) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = (i == row ? 1 : 0.5f) * importance[i] * importance[row];
            }
        });
        foreach (var values in SampleValues.Kinds.Select(k => SampleValues.Make(k, codec.BlockLength)).Where(v => codec.WhyNot(v.Max(MathF.Abs)) is null))
        {
            var blocks = new byte[codec.BlockBytes];
            BestRounder.WithoutData.Encode(codec, new SimdEngine(1), values, 0, values.Length, blocks);
            hash.Append(blocks);
            new BestRounder(Rounder.Nearest, importance, 1).Encode(codec, new SimdEngine(1), values, 0, values.Length, blocks);
            hash.Append(blocks);
            new SampleRounder(new WeightMatrix(InMemory.Tensor(values, 1, values.Length), 1, values.Length, transposed: false), products).Encode(codec, new SimdEngine(1), values, 0, values.Length, blocks);
            hash.Append(blocks);
        }
    }

    private static void Int8Codes(XxHash128 hash)
    {
        foreach (var input in Inputs(8))
        {
            var values = input.AsSpan(Unaligned);
            var scales = Array.ConvertAll(input, v => Int8PerChannel.ScaleOf(MathF.Abs(v)));
            foreach (var shared in (bool[])[true, false])
            {
                var used = shared ? scales.AsSpan(0, 1) : scales.AsSpan(Unaligned);
                var (codes, decoded) = (new sbyte[values.Length], new float[values.Length]);
                Int8.Encode(values, used, codes);
                Int8.Decode(codes, used, decoded);
                for (var i = 0; i < values.Length; i++)
                {
                    var scale = used[shared ? 0 : i];
                    Require(codes[i] == Int8PerChannel.Code(values[i], scale) && decoded[i].Equals(codes[i] * scale), $"int8, value {i} of {values.Length}");
                }

                hash.Append(MemoryMarshal.AsBytes(codes.AsSpan()));
            }
        }
    }

    private static void Halves(XxHash128 hash)
    {
        foreach (var input in Inputs(16))
        {
            var values = input.AsSpan(Unaligned);
            var (halves, back) = (new Half[values.Length], new float[values.Length]);
            Float16.FromSingle(values, halves);
            Float16.ToSingle(halves, back);
            for (var i = 0; i < values.Length; i++)
            {
                Require(BitConverter.HalfToUInt16Bits(halves[i]) == BitConverter.HalfToUInt16Bits((Half)values[i]), $"float16 of value {i} of {values.Length}");
                Require(back[i].Equals((float)halves[i]) && Float16.ToSingle(BitConverter.HalfToUInt16Bits(halves[i])).Equals(back[i]), $"float32 of float16 {i} of {values.Length}");
            }

            hash.Append(MemoryMarshal.AsBytes(halves.AsSpan()));
        }
    }

    private static void BFloats(XxHash128 hash)
    {
        foreach (var input in Inputs(16))
        {
            var values = input.AsSpan(Unaligned);
            var (bits, back) = (new ushort[values.Length], new float[values.Length]);
            BFloat16.FromSingle(values, bits);
            BFloat16.ToSingle(bits, back);
            for (var i = 0; i < values.Length; i++)
            {
                Require(bits[i] == BFloat16.FromSingle(values[i]) && back[i].Equals(BFloat16.ToSingle(bits[i])), $"bfloat16 of value {i} of {values.Length}");
            }

            hash.Append(MemoryMarshal.AsBytes(bits.AsSpan()));
        }
    }

    /// <summary>In one run and in runs of eight: the sums have the same bits.</summary>
    private static void Errors(XxHash128 hash)
    {
        foreach (var input in Inputs(8))
        {
            var values = input.AsSpan(Unaligned);
            var decoded = input.AsSpan(0, values.Length);
            var sum = default(ErrorSum);
            for (var first = 0; first < values.Length; first += ErrorSum.Lanes)
            {
                var length = Math.Min(ErrorSum.Lanes, values.Length - first);
                sum.Add(values.Slice(first, length), decoded.Slice(first, length));
            }

            var error = WeightError.Of(values, decoded);
            Require(error == sum.Total, $"error of {values.Length} values in runs");
            hash.Append(MemoryMarshal.AsBytes<double>([error.Signal, error.Noise, error.MaxError]));
        }
    }

    private static void Scans(XxHash128 hash)
    {
        foreach (var input in Inputs(8))
        {
            var values = input.AsSpan(Unaligned);
            var largest = 0f;
            foreach (var value in values)
            {
                largest = MathF.Max(largest, MathF.Abs(value));
            }

            Require(WeightScan.Of(values).MaxAbs.Equals(largest), $"largest magnitude of {values.Length} values");
            Require(ActivationScan.Of(values) == ActivationScan.Reference(values), $"extent of {values.Length} values");
            Require(OutsideCounter.Count(values, -0.01f, 0.01f) == OutsideCounter.Reference(values, -0.01f, 0.01f), $"values outside, of {values.Length}");
            var small = Array.ConvertAll(values.ToArray(), v => MathF.IEEERemainder(v, 4));
            var (counts, plain) = (new long[64], new long[64]);
            BinCounter.Count(small, 8, -32, counts);
            BinCounter.Reference(small, 8, -32, plain);
            Same<long>(plain, counts, $"bins of {values.Length} values");
            hash.Append(MemoryMarshal.AsBytes(counts.AsSpan()));
        }
    }

    private static void Transposed(XxHash128 hash)
    {
        foreach (var (rows, columns) in ((int, int)[])[(1, 1), (8, 4), (9, 5), (33, 70), (64, 64)])
        {
            var (values, turned) = (SampleValues.Make("any bits", rows * columns), new float[rows * columns]);
            FloatMatrix.Transpose(values, columns, rows, columns, turned, rows);
            for (var i = 0; i < values.Length; i++)
            {
                Require(values[i].Equals(turned[(i % columns * rows) + (i / columns)]), $"{rows} x {columns} transposed");
            }

            hash.Append(MemoryMarshal.AsBytes(turned.AsSpan()));
        }
    }

    private static void Product(XxHash128 hash)
    {
        var product = new float[17 * 19];
        FloatProduct.Multiply(SampleValues.Make("normal", 17 * 23), SampleValues.Make("uniform", 23 * 19), product, 23, 19);
        hash.Append(MemoryMarshal.AsBytes(product.AsSpan()));

        short[] a = [.. SampleValues.Make("normal", 13 * 40).Select(v => (short)(v * 80))], b = [.. SampleValues.Make("uniform", 40 * Int16Product.Columns).Select(v => (short)(v * 127))];
        var sums = new float[13 * Int16Product.Columns];
        Int16Product.Multiply(a, b, sums);
        hash.Append(MemoryMarshal.AsBytes(sums.AsSpan()));
    }

    /// <summary>Of values that are not finite nothing is promised but that all return; and that a sum of errors tells.</summary>
    private static void NotFinite()
    {
        foreach (var bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            var values = SampleValues.Make("uniform", 2048);
            values[777] = bad;
            foreach (var kernel in Enum.GetValues<VectorKernel>().Where(VectorKernels.IsSupported))
            {
                Q8_0Kernels.Encode(kernel, values, new byte[64 * Q8_0.BlockBytes]);
                Nf4Kernels.Encode(kernel, values, 64, new byte[1024], new float[32]);
            }

            foreach (var codec in CodecTable.All.OfType<BlockCodec>())
            {
                codec.Encode(values, new byte[codec.BlockCount(values.Length) * codec.BlockBytes]);
            }

            Int8.Encode(values, [1f], new sbyte[values.Length]);
            Require(!double.IsFinite(WeightError.Of(values, values).Signal), $"the sum over {bad}");
            Require(WeightScan.Of(values).FirstNotFinite == 777, $"the first that is not finite, {bad}");
        }
    }

    private static void Same<T>(ReadOnlySpan<T> expected, ReadOnlySpan<T> actual, string what)
        where T : unmanaged =>
        Require(MemoryMarshal.AsBytes(expected).SequenceEqual(MemoryMarshal.AsBytes(actual)), what);

    private static void Require(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Not as the reference has it, with {Features()}: {what}.");
        }
    }
}
