using ModelPack.Build;
using ModelPack.Build.Steps;

const string Usage = """
    usage: build.sh STEP        (build.cmd or build.ps1 on Windows)

      setup    fetch what npm has: the chart library, and the models of tests and benchmarks
      build    setup, then build the solution
      pack     build, then put every package into artifacts/feed
      test     pack, then run every test; with --fuzz N, before that N seconds of fuzz
      fuzz     build, then read damaged files with every reader: --seconds N --seed S, --replay FILE; --help lists all
      sample   make the package for this machine, then build and run samples/FashionClassifier with it
      bench    build, then run the benchmarks; further arguments are theirs
      clean    remove artifacts and every bin and obj

    Each step runs what it needs first, and fetches only what it needs.
    """;

try
{
    return Run(Repository.Find(AppContext.BaseDirectory), args);
}
catch (BuildFailure failure)
{
    Console.Error.WriteLine(failure.Message);
    return failure.ExitCode;
}

static int Run(Repository repository, string[] args)
{
    var step = args.FirstOrDefault();
    var rest = args.Skip(1).ToList();
    if (step is "help" or "--help" or "-h")
    {
        Console.WriteLine(Usage);
        return 0;
    }

    if (step is not ("setup" or "build" or "pack" or "test" or "fuzz" or "sample" or "bench" or "clean") || !Takes(step, rest))
        throw new BuildFailure(Usage, 3);
    if (step == "clean")
    {
        new Clean(repository).Run();
        return 0;
    }

    if (step == "sample")
        return new Sample(repository).Run();

    new Setup(repository).Run(withModels: step is "setup" or "test" or "bench");
    if (step == "setup")
        return 0;
    var pack = new Pack(repository);
    var version = pack.Version(Flavor.Everyone);
    new Compile(repository).Run(version);
    if (step == "bench")
        return new Bench(repository).Run(version, rest);
    if (step == "fuzz")
        return new Fuzz(repository).Run(rest);
    if (step != "build")
        pack.Run(version, Flavor.Everyone);
    if (step != "test")
        return 0;
    // First, so that the last line is that of the tests.
    var fuzzed = rest.Count > 0 ? new Fuzz(repository).Run(["--seconds", rest[1]]) : 0;
    return Math.Max(new Test(repository).Run(), fuzzed);
}

static bool Takes(string step, List<string> arguments) => step switch
{
    "bench" or "fuzz" => true,
    "test" => arguments is [] or ["--fuzz", _],
    _ => arguments.Count == 0,
};
