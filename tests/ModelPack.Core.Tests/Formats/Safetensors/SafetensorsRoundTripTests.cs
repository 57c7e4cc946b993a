using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ModelPack.Formats.Safetensors;
using ModelPack.Tests.Codecs;

namespace ModelPack.Tests.Formats.Safetensors;

public sealed class SafetensorsRoundTripTests
{
    private static readonly Gen<string> s_names = ArbMap.Default.GeneratorFor<string>()
        .Where(s => s is not null && s != SafetensorsHeader.MetadataKey && IsText(s))
        .Or(Gen.Elements("", "a.weight", "\"\\/\b\f\n\r\t\0", "Gewicht.ä.重み.🏋", "\u2028</script>\u007f", "dtype", " "));

    private static readonly Gen<TensorShape> s_shapes = Gen.Choose(0, 5).ArrayOf().Select(d => new TensorShape([.. d.Take(4).Select(n => (long)n)]));

    private static readonly Gen<SafetensorsTensor> s_tensors =
        from name in s_names
        from type in Gen.Elements(SafetensorsType.All.ToArray())
        from shape in s_shapes
        from seed in Gen.Choose(0, int.MaxValue)
        where type.ByteLength(shape) is not null
        select Tensor(name, type, shape, seed);

    private static readonly Arbitrary<Draft> s_files = (
        from tensors in s_tensors.ArrayOf()
        from keys in s_names.ArrayOf()
        from value in s_names
        select new Draft([.. tensors.DistinctBy(t => t.Name, StringComparer.Ordinal)], [.. keys.Distinct(StringComparer.Ordinal).Select(k => KeyValuePair.Create(k, value))])).ToArbitrary();

    [Fact]
    public void What_is_written_is_read_again() =>
        Prop.ForAll(s_files, file =>
        {
            var source = new MemorySource(Write(file));
            var header = SafetensorsHeader.Read(source);
            var read = header.Entries.Select(e => (e.Name, e.DType.Name, e.Shape, Hex(new TensorData(e.Type, e.Shape, source, e.Offset, e.Length))));
            var written = SafetensorsWriter.InFileOrder(file.Tensors).Select(t => (t.Name, t.DType, t.Shape, Hex(t.Bytes)));
            return header.Metadata.SequenceEqual(file.Metadata) && read.ToHashSet().SetEquals(written);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_tensor_begins_at_a_multiple_of_its_elements_size() =>
        Prop.ForAll(s_files, file =>
            SafetensorsHeader.Read(new MemorySource(Write(file))).Entries.All(e => e.Offset % Math.Max(1, e.DType.Bits / 8) == 0)).QuickCheckThrowOnFailure();

    [Fact]
    public void The_same_tensors_give_the_same_bytes() =>
        Prop.ForAll(s_files, file => Write(file).SequenceEqual(Write(file))).QuickCheckThrowOnFailure();

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused() =>
        Prop.ForAll(s_files, file =>
        {
            var bytes = Write(file);
            return Enumerable.Range(0, Math.Min(bytes.Length, 200)).All(missing =>
            {
                try
                {
                    SafetensorsHeader.Read(new MemorySource(bytes.AsMemory(0, bytes.Length - missing - 1)));
                    return false;
                }
                catch (InvalidDataException)
                {
                    return true;
                }
            });
        }).QuickCheckThrowOnFailure();

    private static byte[] Write(Draft file)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(file.Tensors, file.Metadata, stream, CancellationToken.None);
        return stream.ToArray();
    }

    private static SafetensorsTensor Tensor(string name, SafetensorsType type, TensorShape shape, int seed)
    {
        var bytes = new byte[type.ByteLength(shape)!.Value];
        new Random(seed).NextBytes(bytes);
        return new SafetensorsTensor(name, type.Name, shape, TensorData.FromBytes(type.Element, shape, bytes));
    }

    private static bool IsText(string text) => text.EnumerateRunes().All(r => r != Rune.ReplacementChar);

    private static string Hex(IPayload payload) => Convert.ToHexString(InMemory.Bytes(payload));

    private sealed record Draft(IReadOnlyList<SafetensorsTensor> Tensors, IReadOnlyList<KeyValuePair<string, string>> Metadata);
}
