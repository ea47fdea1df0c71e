Console.WriteLine("Tidemark");
