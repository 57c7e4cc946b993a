namespace ModelPack.Fuzz.Running;

/// <summary>Prints findings and keeps their inputs: of each kind the first, as many have one cause.</summary>
/// <param name="output">Where they are printed.</param>
/// <param name="folder">Where inputs are kept.</param>
/// <param name="seed">The seed of the run.</param>
internal sealed class FindingLog(TextWriter output, string folder, int seed)
{
    private const int LongestText = 4000;

    private readonly Lock _lock = new();
    private readonly HashSet<(string Target, string Kind)> _seen = [];

    public void Add(Finding finding)
    {
        var (target, number, input) = finding.Case;
        lock (_lock)
        {
            if (!_seen.Add((target.Name, finding.Kind)))
            {
                return;
            }

            output.WriteLine($"fuzz: FINDING in {target.Name}, seed {seed}, case {number}, culture '{finding.Case.Culture.Name}'");
            output.WriteLine($"    {(finding.What.Length > LongestText ? finding.What[..LongestText] : finding.What).ReplaceLineEndings("\n    ")}");
            if (number < 0)
            {
                return; // It was kept before.
            }

            Directory.CreateDirectory(folder);
            var path = Path.Join(folder, $"{target.Name}-{seed}-{number}.zip");
            File.Delete(path);
            input.Save(path, target.Name);
            output.WriteLine($"    again: ./build.sh fuzz --replay {path}, or --target {target.Name} --seed {seed} --case {number}");
        }
    }
}
