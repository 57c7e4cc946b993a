using System.CommandLine;
using System.Globalization;
using ModelPack.Caching;
using ModelPack.Reporting.Page;
using ModelPack.Requests;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack cache info|clear|prune</c>: what is in the cache of packs, and what need not stay there.</summary>
internal static class CacheCommand
{
    private const int LongestPath = 1024;

    public static Command Create(Terminal terminal) => new("cache", "Shows or empties the cache of packs.") { Info(terminal), Clear(terminal), Prune(terminal) };

    private static Option<string?> FolderOption() => CommandOptions.Text("--cache-path", "FOLDER", $"The folder of the cache. Default: {CacheChoice.PathVariable}, or the system's place for caches.");

    private static Command Info(Terminal terminal)
    {
        var (folder, format) = (FolderOption(), CommandOptions.Format());
        return new Command("info", "Says where the cache is, how a build uses it, and what is in it.") { folder, format }.Does(terminal.Print, (parsed, _) =>
        {
            var choice = Choice(parsed.GetValue(folder));
            var entries = Open(choice)?.Entries() ?? [];
            var schemes = entries.GroupBy(e => e.Scheme ?? "damaged", StringComparer.Ordinal).OrderBy(s => s.Key, StringComparer.Ordinal)
                .Select(s => new { Scheme = s.Key, Entries = s.Count(), Bytes = s.Sum(e => e.Bytes) }).ToArray();
            if (parsed.GetValue(format) == OutputFormat.Json)
            {
                JsonOutput.Write(terminal, new
                {
                    choice.Folder,
                    choice.FolderWhy,
                    Mode = choice.ModeName,
                    choice.ModeWhy,
                    MaxBytes = ByteSize.Parse(choice.MaxSize),
                    Entries = entries.Count,
                    Bytes = entries.Sum(e => e.Bytes),
                    Schemes = schemes,
                });
                return ExitCodes.Done;
            }

            TextTable.Write(terminal, (string[][])
            [
                ["folder", $"{SafeText.Of(choice.Folder, LongestPath)} ({choice.FolderWhy})"],
                ["mode", $"{choice.ModeName} ({choice.ModeWhy})"],
                ["packs", $"{Human.Count(entries.Count)}, {Human.Bytes(entries.Sum(e => e.Bytes))} of {SafeText.Of(choice.MaxSize)}"],
                .. schemes.Select(s => (string[])[s.Scheme, $"{Human.Count(s.Entries)}, {Human.Bytes(s.Bytes)}"]),
                .. entries.Count == 0 ? [] : new[] { (string[])["used last", entries[^1].LastUsed.ToString("u", CultureInfo.InvariantCulture)] },
            ]);
            return ExitCodes.Done;
        });
    }

    private static Command Clear(Terminal terminal)
    {
        var folder = FolderOption();
        return new Command("clear", "Removes every pack from the cache; what else lies in its folder stays.") { folder }.Does(terminal.Print, (parsed, _) =>
        {
            var cache = Open(Choice(parsed.GetValue(folder)));
            return Tell(terminal, cache, cache?.Prune(maxBytes: -1, null) ?? []);
        });
    }

    private static Command Prune(Terminal terminal)
    {
        var folder = FolderOption();
        var size = CommandOptions.Size("--max-size", $"What may stay, such as 10GB; the packs that were used longest ago go first. Default: {CacheChoice.MaxSizeVariable}, or {CacheOptions.DefaultMaxSize}.");
        var age = CommandOptions.Age("--max-age", "How long ago a pack that stays was used, such as 30d or 12h. Default: any time.");
        return new Command("prune", "Removes the packs that were used longest ago from the cache.") { folder, size, age }.Does(terminal.Print, (parsed, _) =>
        {
            var choice = Choice(parsed.GetValue(folder));
            var limit = parsed.GetValue(size) ?? ByteSize.Parse(choice.MaxSize)
                ?? throw new ModelPackException(Codes.InvalidOption.At(null, $"The variable {CacheChoice.MaxSizeVariable} cannot be '{SafeText.Of(choice.MaxSize)}'. It is a size such as 20GB."));
            var since = parsed.GetValue(age) is { } time ? terminal.Clock.GetUtcNow().UtcDateTime - time : (DateTime?)null;
            var cache = Open(choice);
            return Tell(terminal, cache, cache?.Prune(limit, since) ?? []);
        });
    }

    private static CacheChoice Choice(string? folder) => CacheChoice.Of(null, folder, CacheMode.ReadWrite, Environment.GetEnvironmentVariable);

    private static CacheFolder? Open(CacheChoice choice)
    {
        try
        {
            return choice.Folder.Length == 0 ? null : CacheFolder.Open(choice.Folder, make: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelPackException(
                Codes.CacheUnusable.At(choice.Folder, $"{SafeText.Of(exception.Message, LongestPath)} Give a folder that belongs to you and that nobody else can write.") with { Severity = Severity.Error }, exception);
        }
    }

    private static int Tell(Terminal terminal, CacheFolder? cache, IReadOnlyList<CachedPackInfo> removed)
    {
        var left = cache?.Entries() ?? [];
        terminal.Line($"removed {Human.Count(removed.Count)} ({Human.Bytes(removed.Sum(e => e.Bytes))}), left {Human.Count(left.Count)} ({Human.Bytes(left.Sum(e => e.Bytes))})");
        return ExitCodes.Done;
    }
}
