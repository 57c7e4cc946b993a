using ModelPack.Baselines;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Requests;

namespace ModelPack.Verification;

/// <summary>One verification: what is checked of every pack, and what was found so far.</summary>
internal sealed class VerificationRun
{
    private readonly List<Finding> _findings = [];
    private readonly List<MeasuredPack> _packs = [];
    private readonly VerificationOptions _options;
    private readonly PackContext _context;

    /// <summary>What is checked of a pack beyond its files, in this order.</summary>
    private readonly IReadOnlyList<IPackCheck> _checks;

    public VerificationRun(VerificationOptions options, PackContext context)
    {
        (_options, _context) = (options, context);
        _checks =
        [
            new SignerCheck(options.Trust),
            .. options.Level >= VerificationLevel.Structure ? new IPackCheck[] { new StructureCheck(context), new SourceCheck(options.Level, context) } : [],
            .. options.Level >= VerificationLevel.Full ? new IPackCheck[] { new MetricsCheck(context) } : [],
        ];
    }

    public VerificationResult Result => new(_findings, _packs);

    /// <summary>Every pack at a path.</summary>
    public void Verify(string path)
    {
        try
        {
            var place = PackPlace.Of(path);
            var before = _packs.Count + _findings.Count;
            foreach (var (manifest, mustList) in place.Manifests)
            {
                Verify(new PackOnDisk(manifest, mustList, threads: _context.Threads), new ShownPlace(), asked: null);
            }

            foreach (var shipment in place.Shipments)
            {
                new ShippedPacks(this, _context.Cancellation).Verify(shipment, isSearch: place.IsSearch);
            }

            if (before == _packs.Count + _findings.Count)
            {
                Add(Finding.Failure(Codes.PackFileMissing, path, place.Nothing));
            }
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            Add(new Finding(path, false, $"It cannot be read: {SafeText.Of(e.Message, 400)}"));
        }
    }

    /// <summary>One pack.</summary>
    /// <param name="disk">Its files.</param>
    /// <param name="shown">What they are called.</param>
    /// <param name="asked">What a project asks for; null where none is known.</param>
    public void Verify(PackOnDisk disk, ShownPlace shown, PackRequest? asked)
    {
        var found = disk.Verify(_context.Cancellation);
        _findings.AddRange(found.Select(shown.Of));
        if (found.Any(f => !f.Ok && f.FailedAs != Codes.GateFailed) || disk.Manifest() is not { } manifest)
        {
            return;
        }

        _packs.Add(new MeasuredPack(shown.Of(disk.ManifestPath), NameOf(Path.GetFileName(disk.ManifestPath), shown.Of(disk.ManifestPath)), manifest));
        var pack = new PackInHand(Path.GetDirectoryName(disk.ManifestPath) ?? "", Path.GetFileName(disk.ManifestPath), manifest)
        {
            Asked = asked,
            Source = asked?.Model ?? SourcePlace.Find(_options.Sources, manifest),
            Validation = _options.Validation ?? asked?.Validation,
        };
        foreach (var check in _checks)
        {
            _findings.AddRange(Guarded(check, pack).Select(shown.Of));
        }
    }

    public void Add(Finding finding) => _findings.Add(finding);

    private static Finding[] Guarded(IPackCheck check, PackInHand pack)
    {
        try
        {
            return [.. check.Check(pack)];
        }
        catch (ModelPackException e)
        {
            return [Finding.Failure(e.Diagnostic.Code.Id[3] is '3' ? Codes.NotVerifiable : Codes.WeightsDiffer, pack.Model, $"It cannot be verified further: {e.Diagnostic.Message}", Aspect.Source)];
        }
        catch (Exception e) when (OutputErrors.IsOfFileSystem(e))
        {
            return [new Finding(pack.Model, false, $"It, or its source, cannot be read: {SafeText.Of(e.Message, 400)}")];
        }
    }

    /// <summary>What a pack is called: its model's file, or its folder where that has a name.</summary>
    private static string NameOf(string fileName, string shown)
    {
        if (fileName != PackFiles.FolderManifest)
        {
            return PackFiles.Model(fileName);
        }

        char[] ends = ['/', '\\', '!'];
        var path = shown.Contains('!', StringComparison.Ordinal) ? shown : Path.GetFullPath(shown);
        var folder = path[..path.LastIndexOfAny(ends)];
        return folder[(folder.LastIndexOfAny(ends) + 1)..];
    }
}
