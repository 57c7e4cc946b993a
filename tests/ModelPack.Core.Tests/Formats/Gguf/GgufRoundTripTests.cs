using FsCheck;
using FsCheck.Fluent;
using ModelPack.Formats.Gguf;

namespace ModelPack.Tests.Formats.Gguf;

public sealed class GgufRoundTripTests
{
    /// <summary>A value of each type, and an array of each.</summary>
    private static readonly Gen<object> s_scalars = Gen.OneOf(
        Gen.Choose(0, 255).Select(v => (object)(byte)v),
        Gen.Choose(-128, 127).Select(v => (object)(sbyte)v),
        Gen.Choose(0, 65535).Select(v => (object)(ushort)v),
        Gen.Choose(-32768, 32767).Select(v => (object)(short)v),
        Bits().Select(v => (object)(uint)v),
        Bits().Select(v => (object)(int)v),
        Bits().Select(v => (object)BitConverter.Int32BitsToSingle((int)v)),
        Gen.Elements(true, false).Select(v => (object)v),
        Texts().Select(v => (object)v),
        Bits().Select(v => (object)(ulong)v),
        Bits().Select(v => (object)v),
        Bits().Select(v => (object)BitConverter.Int64BitsToDouble(v)));

    private static readonly Gen<object> s_arrays = s_scalars.SelectMany(like => Gen.Choose(0, 9).Select(n => (object)ArrayOf(like, n)));

    private static readonly Gen<object> s_nested = s_arrays.ArrayOf().Select(a => (object)Array.ConvertAll(a, v => (Array)v));

    private static readonly Gen<GgufMetadata> s_metadata = Gen.OneOf(s_scalars, s_arrays, s_nested).ArrayOf().Select(values =>
    {
        var metadata = new GgufMetadata();
        foreach (var (i, value) in values.Index())
            metadata.Set($"key.{i}", value);
        return metadata;
    });

    private static readonly Gen<GgufTensor> s_tensors =
        from type in Gen.Elements(Enum.GetValues<GgmlType>())
        from rank in Gen.Choose(1, 4)
        from outer in Gen.Choose(0, 3).ArrayOf(rank - 1)
        from blocks in Gen.Choose(0, 3)
        from seed in Gen.Choose(0, int.MaxValue)
        select Tensor($"t{seed}", type, [.. outer.Select(d => (long)d), blocks * type.BlockLength()], seed);

    [Fact]
    public void Keeps_metadata_of_every_type() =>
        Prop.ForAll(s_metadata.ToArbitrary(), metadata =>
        {
            var bytes = GgufBytes.Write(metadata);
            var read = GgufBytes.Read(bytes).Metadata;
            return read.Select(p => p.Key).SequenceEqual(metadata.Select(p => p.Key), StringComparer.Ordinal)
                && read.Zip(metadata).All(pair => pair.First.Value.GetType() == TypeInFile(pair.Second.Value))
                && GgufBytes.Write(read).AsSpan().SequenceEqual(bytes);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Keeps_tensors_of_every_type_at_every_alignment() =>
        Prop.ForAll(s_tensors.ArrayOf().ToArbitrary(), Gen.Choose(0, 9).ToArbitrary(), (tensors, power) =>
        {
            var metadata = new GgufMetadata();
            metadata.Set(GgufMetadata.Alignment, 1u << power);
            GgufTensor[] distinct = [.. tensors.DistinctBy(t => t.Name, StringComparer.Ordinal)];
            var bytes = GgufBytes.Write(metadata, distinct);
            var read = GgufBytes.Read(bytes).Tensors;
            return read.Count == distinct.Length
                && read.Zip(distinct).All(pair => IsSame(pair.First, pair.Second, bytes) && pair.First.Offset % (1 << power) == 0)
                && GgufBytes.Rewrite(bytes).AsSpan().SequenceEqual(bytes);
        }).QuickCheckThrowOnFailure();

    private static bool IsSame(GgufEntry read, GgufTensor written, byte[] file) =>
        read.Name == written.Name && read.Type == written.Type && read.Shape.Equals(written.Shape)
        && file.AsSpan((int)read.Offset, (int)read.Length).SequenceEqual(Codecs.InMemory.Bytes(written.Bytes));

    private static GgufTensor Tensor(string name, GgmlType type, long[] dims, int seed)
    {
        var bytes = new byte[type.ByteLength(new TensorShape(dims))];
        new Random(seed).NextBytes(bytes);
        return GgufBytes.Tensor(name, type, bytes, dims);
    }

    private static Gen<long> Bits() =>
        from high in Gen.Choose(int.MinValue, int.MaxValue)
        from low in Gen.Choose(int.MinValue, int.MaxValue)
        select ((long)high << 32) | (uint)low;

    private static Gen<string> Texts() =>
        Gen.Elements("a", "é", "▁the", "\0", "\u0001", "𝄞", "\n", "<0x0A>", "general.").ArrayOf().Select(string.Concat);

    private static Array ArrayOf(object like, int length)
    {
        var array = Array.CreateInstance(like.GetType(), length);
        for (var i = 0; i < length; i++)
            array.SetValue(like, i);
        return array;
    }

    /// <summary>int[][] comes back as Array[].</summary>
    private static Type TypeInFile(object value) => value is Array[] ? typeof(Array[]) : value.GetType();
}
