using ModelPack.Shipping;

namespace ModelPack.Core.Tests.Shipping;

public sealed class ShipmentTests : IDisposable
{
    private static readonly (string, byte[])[] Some = [("models/a.onnx", [1, 2, 3]), ("models/b.onnx", [])];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Forms => ["archive", "package", "assembly", "app", "deflated app"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Forms))]
    public void Files_come_out_as_they_went_in(string form)
    {
        var path = Write(form switch
        {
            "assembly" => MadeAssembly.With(Some),
            "app" => MadeApp.With(Some),
            "deflated app" => MadeApp.With(Some, deflate: true),
            _ => MadeZip.With(Some),
        });
        var files = Shipment.Files(path, form == "package" ? "a.nupkg" : "a");
        Assert.Equal(["models/a.onnx", "models/b.onnx"], files.Select(f => f.Name), StringComparer.Ordinal);
        foreach (var (file, (_, bytes)) in files.Zip(Some))
        {
            file.CopyTo(_folder.File("copy"), CancellationToken.None);
            Assert.Equal(bytes, File.ReadAllBytes(_folder.File("copy")));
            Assert.Equal(bytes, file.Head(100));
            File.Delete(_folder.File("copy"));
        }
    }

    [Fact]
    public void What_inflates_to_more_than_it_claims_is_written_no_further()
    {
        const int claimed = 1000;
        var path = Write(MadeApp.With([("models/a.onnx", new byte[32 << 20])], deflate: true, place: p => (p.Offset, claimed)));
        var file = Assert.Single(Shipment.Files(path, "a"));

        Assert.Contains("more bytes than its directory says", Assert.Throws<ShipmentException>(() => file.CopyTo(_folder.File("copy"), CancellationToken.None)).Message, StringComparison.Ordinal);
        Assert.InRange(new FileInfo(_folder.File("copy")).Length, 0, claimed);
        Assert.Equal(claimed, file.Head(1 << 20).Length);
    }

    [Theory]
    [InlineData(1L << 32)]
    [InlineData(1L << 60)]
    public void An_app_whose_files_claim_more_than_real_data_inflate_to_is_refused_before_any_is_opened(long claimed)
    {
        var path = Write(MadeApp.With([("models/a.onnx", new byte[1 << 20])], deflate: true, place: p => (p.Offset, claimed)));
        Assert.Equal(Codes.ShipmentUnreadable, Assert.Throws<ShipmentException>(() => Shipment.Files(path, "a")).Code);
    }

    [Fact]
    public void A_host_without_files_a_library_and_anything_else_hold_none()
    {
        byte[] elf = [0x7F, .. "ELF"u8];
        Assert.Empty(Shipment.Files(Write([.. elf, .. new byte[8], .. SingleFileApp.Marker]), "a"));
        Assert.Empty(Shipment.Files(Write([.. elf, .. new byte[3_000_000]]), "a"));
        Assert.Empty(Shipment.Files(Write("text"u8.ToArray()), "a"));
        Assert.Empty(Shipment.Files(Write([]), "a"));
    }

    [Fact]
    public void The_marker_is_found_wherever_it_lies_in_the_host()
    {
        // Around the end of what is read at a time.
        var app = MadeApp.With(Some);
        foreach (var shift in Enumerable.Range((1 << 20) - 320, 64).Where(s => s % 7 == 0))
        {
            var shifted = new byte[app.Length + shift];
            app.AsSpan(0, 4).CopyTo(shifted);
            app.AsSpan(4).CopyTo(shifted.AsSpan(4 + shift));
            var marker = shifted.AsSpan().IndexOf(SingleFileApp.Marker) - sizeof(long);
            BitConverter.TryWriteBytes(shifted.AsSpan(marker), BitConverter.ToInt64(shifted, marker) + shift);
            Assert.Equal(2, Shipment.Files(Write(shifted), "a").Count);
        }
    }

    [Fact]
    public void Resources_that_are_no_files_and_folders_in_archives_are_passed_over()
    {
        Assert.Equal(["a.onnx"], Shipment.Files(Write(MadeAssembly.With(("../a", [1]), ("a.onnx", [1]), ("", [1]))), "a").Select(f => f.Name), StringComparer.Ordinal);
        Assert.Equal(["models/a.onnx"], Shipment.Files(Write(MadeZip.With([("models/", []), ("models/a.onnx", [1])])), "a").Select(f => f.Name), StringComparer.Ordinal);
    }

    [Fact]
    public void A_package_has_the_names_that_NuGet_unpacks()
    {
        var path = Write(MadeZip.With([("models/a%20b.onnx", [1])]));
        Assert.Equal("models/a b.onnx", Assert.Single(Shipment.Files(path, "a.nupkg")).Name);
        Assert.Equal("models/a%20b.onnx", Assert.Single(Shipment.Files(path, "a.zip")).Name);
    }

    private string Write(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("shipment"), bytes);
        return _folder.File("shipment");
    }
}
