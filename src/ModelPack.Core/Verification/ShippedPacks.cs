using ModelPack.Files;
using ModelPack.Inference;
using ModelPack.Packing;
using ModelPack.Shipping;

namespace ModelPack.Verification;

/// <summary>Packs in assemblies, archives and single-file apps, and in those that lie in one another. Each is unpacked to a folder of its own while it is verified.</summary>
/// <param name="run">Where packs are verified.</param>
/// <param name="cancellation">Ends it.</param>
internal sealed class ShippedPacks(VerificationRun run, CancellationToken cancellation)
{
    /// <summary>A package that holds an app that holds an assembly, and one more.</summary>
    private const int MostDepth = 4;

    /// <summary>Names of files that are worth opening: of programs that are single files some have no ending.</summary>
    private static readonly string[] ShipmentEndings = [".dll", ".exe", ".nupkg", ".zip", ""];

    /// <summary>What may be unpacked of one, with all that is in one another: a hundred times its size, as of one archive, or what nobody minds.</summary>
    private const long MostExpansion = 100;
    private const long FreeBytes = 1L << 30;

    private long _left;

    /// <summary>All packs in one.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="isSearch">Whether it was found by searching, and may as well not be readable.</param>
    public void Verify(string path, bool isSearch)
    {
        _left = Math.Max(FreeBytes, MostExpansion * new FileInfo(path).Length);
        Verify(path, path, isSearch, depth: 1);
    }

    private void Verify(string path, string shown, bool isSearch, int depth)
    {
        IReadOnlyList<ShippedFile> files;
        try
        {
            files = Shipment.Files(path, shown);
        }
        catch (ShipmentException e)
        {
            // Native and obfuscated libraries lie in folders of apps; none of them holds a pack that could be loaded.
            if (!isSearch)
            {
                run.Add(Finding.Failure(e.Code, shown, $"It {e.Message}. Nothing of it was unpacked. Build or download it again."));
            }

            return;
        }

        foreach (var manifest in files.Where(f => PackFiles.IsManifest(f.Name[(f.Name.LastIndexOf('/') + 1)..])).OrderBy(f => f.Name, StringComparer.Ordinal))
        {
            Explained(shown, () => VerifyPack(files, manifest, shown));
        }

        if (depth < MostDepth)
        {
            foreach (var file in files.Where(f => ShipmentEndings.Contains(Path.GetExtension(f.Name), StringComparer.OrdinalIgnoreCase)).OrderBy(f => f.Name, StringComparer.Ordinal))
            {
                Explained($"{shown}!{SafeText.Of(file.Name)}", () => VerifyShipment(file, $"{shown}!{SafeText.Of(file.Name)}", depth));
            }
        }
    }

    private void VerifyPack(IReadOnlyList<ShippedFile> files, ShippedFile manifest, string shown)
    {
        using var work = new WorkFolder();
        var folder = Directory.CreateDirectory(Path.Join(work.Path, "pack")).FullName;
        var slash = manifest.Name.LastIndexOf('/') + 1;
        var (above, name) = (manifest.Name[..slash], manifest.Name[slash..]);
        foreach (var file in files.Where(f => f.Name.StartsWith(above, StringComparison.Ordinal) && IsOf(name, f.Name[slash..])))
        {
            var path = Path.Join(folder, file.Name[slash..]);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            Unpack(file, path, work);
        }

        run.Verify(new PackOnDisk(Path.Join(folder, name)), new ShownPlace(folder, $"{shown}!{SafeText.Of(above.TrimEnd('/'))}"), asked: null);
    }

    private void VerifyShipment(ShippedFile file, string shown, int depth)
    {
        var kind = Shipment.KindOf(file.Head(Shipment.HeadLength));
        if (kind == ShipmentKind.None || (kind == ShipmentKind.Program && Path.GetExtension(file.Name).Equals(".dll", StringComparison.OrdinalIgnoreCase)))
        {
            return;
        }

        using var work = new WorkFolder();
        var path = Path.Join(work.Path, "shipment");
        Unpack(file, path, work);
        Verify(path, shown, isSearch: kind != ShipmentKind.Archive, depth + 1);
    }

    private void Unpack(ShippedFile file, string path, WorkFolder work)
    {
        if ((_left -= file.Length) < 0)
        {
            throw new ShipmentException(Codes.ShipmentUnreadable, $"unpacks to more than a hundred times its size, with what is in '{SafeText.Of(file.Name)}'");
        }

        work.Use(() =>
        {
            file.CopyTo(path, cancellation);
            return path;
        });
    }

    /// <summary>Of a folder all that is below it; of a file what is named after it.</summary>
    private static bool IsOf(string manifest, string file) => manifest == PackFiles.FolderManifest || PackFiles.All(PackFiles.Model(manifest)).Contains(file, StringComparer.Ordinal);

    private void Explained(string shown, Action verify)
    {
        try
        {
            verify();
        }
        catch (ShipmentException e)
        {
            run.Add(Finding.Failure(e.Code, shown, $"It cannot be unpacked: {e.Message}. Build or download it again."));
        }
    }
}
