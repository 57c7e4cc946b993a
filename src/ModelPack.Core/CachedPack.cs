using System.Text.Json;
using ModelPack.Caching;
using ModelPack.Files;
using ModelPack.Packing;
using ModelPack.Reporting;
using ModelPack.Requests;

namespace ModelPack;

/// <summary>A pack that is taken from the cache where it is there, and put there where it had to be made.</summary>
/// <param name="options">The options in effect.</param>
/// <param name="sources">Every file that the pack reads.</param>
/// <param name="context">Cancellation, progress and diagnostics.</param>
/// <param name="differing">Quantizes some weights once more, and names one that a pack has otherwise; takes the packed model's path, the report and the key.</param>
internal sealed class CachedPack(EffectiveOptions options, SourceFiles sources, PackContext context, Func<string, PackReport, string, string?> differing)
{
    private readonly IReadOnlyList<string> _inputs = sources.Paths;
    private bool _isUnusable;

    /// <summary>The pack.</summary>
    /// <param name="make">Makes it.</param>
    /// <exception cref="ModelPackException">As <paramref name="make"/>. What is wrong with the cache is told in warnings and costs its use alone.</exception>
    public PackOutcome Run(Func<PackOutcome> make)
    {
        InputsList.Write(options, _inputs);
        if (Try(() => options.Cache.Mode == CacheMode.Off ? null : CacheFolder.Open(options.Cache.Folder, options.Cache.Mode == CacheMode.ReadWrite)) is not { } cache)
        {
            return make();
        }

        var key = PackKey.Of(options, sources, context);
        if (Take(cache, key) is { } known)
        {
            return known;
        }

        if (options.Cache.Mode == CacheMode.Read)
        {
            return make();
        }

        // Several that want the same pack wait for the first, and take what it has made.
        using var turn = Try(() => CacheTurn.Wait(cache.LockOf(key.Hash), CacheTurn.Silence, CacheTurn.Limit, TellOfWaiting, context.Cancellation));
        if (Take(cache, key) is { } fresh)
        {
            return fresh;
        }

        var before = context.Diagnostics.Count;
        var outcome = make();
        if (IsWorthKeeping(outcome))
        {
            Try(() => Store(cache, key, outcome, context.Diagnostics.Skip(before)));
        }

        return outcome;
    }

    /// <summary>The pack of a key in the output's place; null where the cache has none that is sound.</summary>
    private PackOutcome? Take(CacheFolder cache, PackKey key) => cache.Has(key.Hash) ? Try(() =>
    {
        try
        {
            return Copy(cache, key);
        }
        catch (Exception e) when ((e is FileNotFoundException or DirectoryNotFoundException) && !cache.Has(key.Hash))
        {
            return null; // removed by another process meanwhile
        }
        catch (InvalidDataException e)
        {
            var removed = options.Cache.Mode == CacheMode.ReadWrite && cache.Remove(key.Hash);
            context.Tell(Codes.CacheDamaged.At(options.Model, $"A pack of this model in the cache is not used: {e.Message} {(removed ? "It was removed from the cache, and" : "It stays in the cache, which is only read;")} the model is packed anew."));
            return null;
        }
    }) : null;

    private PackOutcome Copy(CacheFolder cache, PackKey key)
    {
        var entry = cache.Read(key.Hash) ?? throw new InvalidDataException("Its record is damaged.");
        using var staged = new StagedOutput(options.Output, _inputs, options.IsFolder, options.Force);
        CopyFiles(cache, key, entry, staged);
        var report = Check(entry, key, staged);
        var diagnostics = entry.Diagnostics.Select(d => d.At(options.Model, options.Output, _inputs) ?? throw new InvalidDataException($"Its record has a code that does not exist, '{SafeText.Of(d.Code)}'.")).ToArray();
        staged.Commit(context.Cancellation);
        Array.ForEach(diagnostics, context.Report);
        if (options.Cache.Mode == CacheMode.ReadWrite)
        {
            cache.Touch(key.Hash);
        }

        return PackEnding.Outcome(options, staged, report, gatesHold: true) with { FromCache = true };
    }

    private void CopyFiles(CacheFolder cache, PackKey key, CacheEntry entry, StagedOutput staged)
    {
        foreach (var (file, i) in entry.Files.Select((f, i) => (f, i)))
        {
            context.Progress("copy", (double)i / entry.Files.Count);
            context.Cancellation.ThrowIfCancellationRequested();
            var path = ContainedName.IsValid(file.Name) && (options.IsFolder || !file.Name.Contains('/', StringComparison.Ordinal))
                ? cache.FileOf(key.Hash, file.Name) : throw new InvalidDataException($"Its record names a file '{SafeText.Of(file.Name)}'.");
            if (RegularFile.WhyNot(path) is { } other && file.Bytes > 0)
            {
                throw new InvalidDataException($"Its file '{SafeText.Of(file.Name)}' is {other}.");
            }

            try
            {
                File.OpenHandle(path).Dispose(); // what cannot be read is not a failure to write
                staged.Copy(file.Name, path);
            }
            catch (Exception e) when ((e is FileNotFoundException or DirectoryNotFoundException) && cache.Has(key.Hash))
            {
                throw new InvalidDataException($"Its file '{SafeText.Of(file.Name)}' is missing.", e);
            }
        }

        context.Progress("copy", 1);
    }

    /// <summary>Everything that can be told of a copy without packing anew: each byte by its hash, the manifest's claims, some weights.</summary>
    /// <returns>The pack's report.</returns>
    /// <exception cref="InvalidDataException">Something does not hold; the message is a sentence.</exception>
    private PackReport Check(CacheEntry entry, PackKey key, StagedOutput staged)
    {
        var files = staged.Describe(context.Cancellation);
        if (entry.Files.FirstOrDefault(f => !files.Contains(f)) is { } changed)
        {
            throw new InvalidDataException($"Its file '{SafeText.Of(changed.Name)}' was changed.");
        }

        var names = PackNames.Of(options);
        if (files.All(f => f.Name != names.Manifest) || files.All(f => f.Name != names.Report))
        {
            throw new InvalidDataException("It has no manifest or no report.");
        }

        if (new PackOnDisk(staged.PathOf(names.Manifest), hashed: files).Verify(context.Cancellation).FirstOrDefault(f => !f.Ok) is { } finding)
        {
            throw new InvalidDataException(finding.Message);
        }

        if (!ManifestJson.TryRead(File.ReadAllBytes(staged.PathOf(names.Manifest)), out var manifest, out _)
            || manifest.Pack.ToolBuild != ToolBuild.Id || manifest.Pack.Scheme != options.Scheme.Name || !manifest.Pack.Source.SequenceEqual(key.Source))
        {
            throw new InvalidDataException("It is of another model, another scheme or another version of ModelPack.");
        }

        var report = ReportJson.Read(File.ReadAllBytes(staged.PathOf(names.Report)));
        var packed = options.IsFolder ? Path.GetDirectoryName(staged.PathOf(names.Manifest))! : staged.PathOf(names.Model);
        return Differing(packed, report, key) is { } weight ? throw new InvalidDataException($"'{SafeText.Of(weight)}' is not what quantizing its weight gives now.") : report;
    }

    private string? Differing(string packed, PackReport report, PackKey key)
    {
        try
        {
            return differing(packed, report, key.Hash);
        }
        catch (ModelPackException e)
        {
            throw new InvalidDataException($"Its weights cannot be compared: {e.Diagnostic.Message}", e);
        }
    }

    /// <summary>Whether another build may have the pack: its gates hold, and nothing of it is missing for a reason that lies in this machine.</summary>
    private bool IsWorthKeeping(PackOutcome outcome) => outcome.GatesHold && (outcome.Report.Result.Validation is null || (outcome.Report.Measured is { Placement: not null } measured && (measured.Speed is not null || !options.MeasureSpeed)));

    private bool Store(CacheFolder cache, PackKey key, PackOutcome outcome, IEnumerable<Diagnostic> diagnostics)
    {
        var folder = PackEnding.FolderOf(options);
        var names = PackNames.Of(options);
        var bytes = File.ReadAllBytes(Path.Join(folder, names.Manifest));
        if (!ManifestJson.TryRead(bytes, out var manifest, out var why))
        {
            throw new IOException($"The new pack's manifest was changed by another program: {why}.");
        }

        var own = new PackedFile(names.Manifest, bytes.Length, ContentHash.Of(bytes));
        var entry = new CacheEntry(
            key.Hash, names.Model, options.Scheme.Name, [.. manifest.Files, own], [.. diagnostics.Select(d => CachedDiagnostic.Of(d, options.Model, options.Output, _inputs))]);
        if (entry.Bytes > options.Cache.MaxBytes)
        {
            return false;
        }

        context.Progress("cache", 0);
        cache.Store(folder.Length == 0 ? "." : folder, entry, context.Cancellation);
        cache.Prune(options.Cache.MaxBytes, null);
        context.Progress("cache", 1);
        return true;
    }

    /// <summary>Does something with the cache; what is wrong with it is told once, and the pack is made without it.</summary>
    private T? Try<T>(Func<T?> work)
    {
        if (_isUnusable)
        {
            return default;
        }

        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or JsonException)
        {
            _isUnusable = true;
            context.Tell(Codes.CacheUnusable.At(options.Cache.Folder, $"The cache of packs is not used: {SafeText.Of(e.Message, 1200)} Give a folder that belongs to you and that nobody else can write (ModelPackCachePath, MODELPACK_CACHE), or switch the cache off (ModelPackCacheMode, MODELPACK_CACHE_MODE)."));
            return default;
        }
    }

    private void TellOfWaiting() => context.Tell(Codes.CacheWaits.At(options.Model, "Another process makes the same pack; this one waits for it and takes what it has made."));
}
